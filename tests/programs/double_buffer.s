# Four tiles of four bytes pass through two buffers: while the DSP triples one, the DMA fills the other. Token 1 counts
# tiles loaded, token 2 tiles computed, token 3 tiles stored. A load waits until its buffer was computed, a
# computation until its result was stored.
.program network="double_buffer" precision="int8" constants_bytes=16 l2_bytes_used=64 ddr_bytes_used=64
.machine c_banks=4
.layer name="triple" kind="elementwise" precision="int8"
.output name="y" element=s8 shape=[16] strides_bytes=[1] address=ddr:0x20
.constants 0001020304050607
.constants 10203040f0e0d0c0
ctl.layer layer=0 setup=call
dma.copy channel=0 signal=1 src=ddr:0x0 dst=l2:0x0 row_bytes=4
dma.copy channel=0 signal=1 src=ddr:0x4 dst=l2:0x4 row_bytes=4
dma.wait channel=0 token=2 count=1
dma.copy channel=0 signal=1 src=ddr:0x8 dst=l2:0x0 row_bytes=4
dma.wait channel=0 token=2 count=2
dma.copy channel=0 signal=1 src=ddr:0xc dst=l2:0x4 row_bytes=4
dma.wait channel=1 token=2 count=1
dma.copy channel=1 signal=3 src=l2:0x20 dst=ddr:0x20 row_bytes=4
dma.wait channel=1 token=2 count=2
dma.copy channel=1 signal=3 src=l2:0x24 dst=ddr:0x24 row_bytes=4
dma.wait channel=1 token=2 count=3
dma.copy channel=1 signal=3 src=l2:0x20 dst=ddr:0x28 row_bytes=4
dma.wait channel=1 token=2 count=4
dma.copy channel=1 signal=3 src=l2:0x24 dst=ddr:0x2c row_bytes=4
sync.wait token=1 count=1
dsp.rescale src=l2:0x0 dst=l2:0x20 channels=4 multiplier=3 clip_min=-128 clip_max=127
sync.signal token=2
sync.wait token=1 count=2
dsp.rescale src=l2:0x4 dst=l2:0x24 channels=4 multiplier=3 clip_min=-128 clip_max=127
sync.signal token=2
sync.wait token=1 count=3
sync.wait token=3 count=1
dsp.rescale src=l2:0x0 dst=l2:0x20 channels=4 multiplier=3 clip_min=-128 clip_max=127
sync.signal token=2
sync.wait token=1 count=4
sync.wait token=3 count=2
dsp.rescale src=l2:0x4 dst=l2:0x24 channels=4 multiplier=3 clip_min=-128 clip_max=127
sync.signal token=2
sync.wait token=3 count=4
ctl.end
