# A 2 x 3 matrix of bytes gets a border of -1, is transposed by strides alone, and a row of 16-bit elements is filled.
.program network="dma_strides_and_fill" precision="int8" constants_bytes=6 l2_bytes_used=64 ddr_bytes_used=128
.machine c_banks=4
.layer name="move" kind="layout" precision="int8"
.output name="bordered" element=s8 shape=[4,5] strides_bytes=[5,1] address=ddr:0x20
.output name="transposed" element=s8 shape=[3,2] strides_bytes=[2,1] address=ddr:0x40
.output name="filled" element=s16 shape=[3] strides_bytes=[4] address=ddr:0x50
.constants 010203040506
ctl.layer layer=0 setup=call
# border: all of it first, then the matrix into its middle (row 1, column 1 is byte 6)
dma.fill channel=0 signal=1 dst=l2:0x0 value=-1 row_bytes=20
dma.wait channel=0 token=1 count=1
dma.copy channel=0 signal=1 src=ddr:0x0 dst=l2:0x6 row_bytes=3 n1=2 src_stride1=3 dst_stride1=5
dma.wait channel=0 token=1 count=2
dma.copy channel=0 signal=1 src=l2:0x0 dst=ddr:0x20 row_bytes=5 n1=4 src_stride1=5 dst_stride1=5
# rows of one byte: down a column (3 bytes apart), then to the next column (1 byte)
dma.copy channel=1 signal=2 src=ddr:0x0 dst=ddr:0x40 row_bytes=1 n1=2 n2=3 src_stride1=3 src_stride2=1 dst_stride1=1 dst_stride2=2
# two bytes in every four
dma.fill channel=2 signal=3 dst=ddr:0x50 value=0x1234 element_bytes=2 row_bytes=2 n1=3 dst_stride1=4
sync.wait token=1 count=3
sync.wait token=2 count=1
sync.wait token=3 count=1
ctl.end
