# One position of two reals times a 2 x 3 matrix of 2-bit weights, which a table of four reals widens.
# table: -1 0 0.5 2; indices, lowest bits first: 3 1 0 | 2 2 3 -> weights [2 0 -1], [0.5 0.5 2]
# bytes: 3 + 1*4 + 0*16 + 2*64 = 0x87, 2 + 3*4 = 0x0e
# y = [3 -4] times them: 6 - 2, 0 - 2, -3 - 8 = 4 -2 -11, no less than 0
.program network="float_product" precision="int8" constants_bytes=32 l2_bytes_used=128 ddr_bytes_used=160
.machine c_banks=4
.layer name="product" kind="gemm" precision="int8"
.output name="y" element=s32 shape=[3] strides_bytes=[4] address=ddr:0x40
.constants 00004040000080c0
.constants 000080bf000000000000003f00000040
.constants 870e000000000000
ctl.layer layer=0 setup=call
dma.copy channel=0 signal=1 src=ddr:0x0 dst=l2:0x0 row_bytes=8
dma.copy channel=0 signal=1 src=ddr:0x8 dst=l2:0x10 row_bytes=16
dma.copy channel=0 signal=1 src=ddr:0x18 dst=l2:0x20 row_bytes=2
sync.wait token=1 count=3
dsp.unpack src=l2:0x20 dst=l2:0x30 table=l2:0x10 element_bytes=4 bits=2 count=6
dsp.convolve_f32 src=l2:0x0 dst=l2:0x50 weights=l2:0x30 channels=3 depth=2 weight_stride=12 low=0
sync.signal token=2
sync.wait token=2 count=1
dma.copy channel=0 signal=3 src=l2:0x50 dst=ddr:0x40 row_bytes=12
sync.wait token=3 count=1
ctl.end
