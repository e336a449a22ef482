# The largest of 3 x 3 cells, two apart, over a 4 x 5 map of two channels with a border of -128 above and to the left.
# channel 0:   1   2   3   4   5      channel 1:  -1  -2  -3  -4  -5
#              6   7   8   9  10                  -6  -7  -8  -9 -10
#             11  12  13  14  15                 -11 -12 -13 -14 -15
#             16  17  18  19  20                 -16 -17 -18 -19 -20
.program network="pool_max" precision="int8" constants_bytes=40 l2_bytes_used=128 ddr_bytes_used=128
.machine c_banks=4
.layer name="pool" kind="pool" precision="int8"
.output name="y" element=s8 shape=[1,2,2,2] strides_bytes=[8,1,4,2] address=ddr:0x40
.constants 01ff02fe03fd04fc05fb
.constants 06fa07f908f809f70af6
.constants 0bf50cf40df30ef20ff1
.constants 10f011ef12ee13ed14ec
ctl.layer layer=0 setup=call
# 5 rows of 6 columns of 2 channels; the map begins at row 1, column 1: byte 12 + 2
dma.fill channel=0 signal=1 dst=l2:0x0 value=-128 row_bytes=60
dma.wait channel=0 token=1 count=1
dma.copy channel=0 signal=1 src=ddr:0x0 dst=l2:0xe row_bytes=10 n1=4 src_stride1=10 dst_stride1=12
sync.wait token=1 count=2
dsp.pool_max src=l2:0x0 dst=l2:0x40 type=s8 count_y=2 count_x=2 channels=2 src_y_stride=12 src_x_stride=2 dst_y_stride=4 dst_x_stride=2 kernel_y=3 kernel_x=3 stride_y=2 stride_x=2
sync.signal token=2
sync.wait token=2 count=1
dma.copy channel=0 signal=3 src=l2:0x40 dst=ddr:0x40 row_bytes=8
sync.wait token=3 count=1
ctl.end
