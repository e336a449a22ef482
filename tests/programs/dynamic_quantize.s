# A real input quantized at run time (quantization.md 2), and back with a step of 2 per channel:
# x = -1 0 2 0.55: lowest -1, highest 2, step 3/255, zero point 85; q = 0 85 255 132
# y = (q - 85) * 2, as dsp.dequantize takes its own step of 2 and zero point of 85: -170 0 340 94
.program network="dynamic_quantize" precision="int8" constants_bytes=16 l2_bytes_used=128 ddr_bytes_used=160
.machine c_banks=4
.layer name="quantize" kind="quantize" precision="int8"
.output name="grid" element=s32 shape=[1] strides_bytes=[4] address=ddr:0x2c
.output name="q" element=u8 shape=[4] strides_bytes=[1] address=ddr:0x30
.output name="y" element=s32 shape=[4] strides_bytes=[4] address=ddr:0x40
.constants 000080bf0000000000000040cdcc0c3f
ctl.layer layer=0 setup=call
dma.copy channel=0 signal=1 src=ddr:0x0 dst=l2:0x0 row_bytes=16
sync.wait token=1 count=1
dsp.range src=l2:0x0 dst=l2:0x10 channels=4
dsp.quantize src=l2:0x0 dst=l2:0x20 grid=l2:0x10 dst_type=u8 channels=4 clip_max=255
dsp.dequantize src=l2:0x20 dst=l2:0x30 src_type=u8 channels=4 step=2 zero_point=85
sync.signal token=2
sync.wait token=2 count=1
dma.copy channel=0 signal=3 src=l2:0x1c dst=ddr:0x2c row_bytes=4
dma.copy channel=0 signal=3 src=l2:0x20 dst=ddr:0x30 row_bytes=4
dma.copy channel=0 signal=3 src=l2:0x30 dst=ddr:0x40 row_bytes=16
sync.wait token=3 count=3
ctl.end
