#!/usr/bin/env python3
"""Draws the roofline of a run with matplotlib: python3 docs/examples/roofline.py OUT/report.json roofline.png

A layer is a point: MACs per byte of DDR across, MACs per cycle up, its colour what bounds it. The lines are what the part
could do: the DDR's rate, then the array at the precision of the run.
"""
import json
import sys

import matplotlib

matplotlib.use("Agg")  # needs no screen
import matplotlib.pyplot as plot
import pandas

COLOURS = {"mma": "tab:blue", "dsp": "tab:purple", "ddr": "tab:red", "l3": "tab:orange", "l2": "tab:green", "overhead": "tab:gray"}
OPERAND_BYTES = {"int8": 1, "int16": 2, "int32": 4}


def main(report_file, image_file):
    with open(report_file) as file:
        report = json.load(file)
    config, precision = report["config"], report["precision"]
    layers = pandas.DataFrame(report["layers"])
    layers = layers[(layers.macs > 0) & (layers.cycles > 0)]
    intensity = layers.macs / (layers.ddr_read_bytes + layers.ddr_write_bytes).clip(lower=1)

    ddr = config["ddr"]
    gigabytes_per_second = ddr["channels"] * ddr["bus_width_bits"] / 8 * 2 / ddr["clock_period_ns"]
    bytes_per_cycle = gigabytes_per_second * 1e3 / config["soc"]["core_clock_mhz"]
    peak = (config["mma"]["array_bytes"] / OPERAND_BYTES[precision]) ** 2
    across = [intensity.min() / 2, peak / bytes_per_cycle, intensity.max() * 2]

    figure, axes = plot.subplots(figsize=(9, 5))
    axes.loglog(across, [min(peak, x * bytes_per_cycle) for x in across], color="black")
    for bound, group in layers.groupby("bound"):
        axes.scatter(intensity[group.index], group.macs_per_cycle, s=10 + 400 * group.cycles / layers.cycles.max(),
                     color=COLOURS[bound], alpha=0.7, label=bound)
    axes.set_xlabel("MACs per byte of DDR")
    axes.set_ylabel("MACs per cycle")
    axes.set_title(f"{report['network']['name']} {precision} on {report['config_name']}")
    axes.legend(title="bound by")
    figure.savefig(image_file, dpi=120)
    print(f"{len(layers)} layers, {int((layers.bound == 'ddr').sum())} bound by DDR; "
          f"roof: {peak:.0f} MACs/cycle, {bytes_per_cycle:.2f} bytes/cycle")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: roofline.py REPORT.json IMAGE")
    main(*sys.argv[1:])
