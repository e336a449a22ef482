# A (2 x 3) times B (3 x 2) plus bias, halved, in two pieces of depth that meet in the accumulators.
#   A = [ 1 2 3 ]   B = [ 1  10 ]   bias = [ 1 3 ]
#       [-1 0 5 ]       [ 2  20 ]
#                       [ 3 -30 ]
.program network="mma_int8" precision="int8" constants_bytes=20 l2_bytes_used=512 ddr_bytes_used=64
.machine c_banks=4
.layer name="product" kind="gemm" precision="int8" macs=12
.output name="y" element=s8 shape=[2,2] strides_bytes=[2,1] address=ddr:0x20
# A in bytes 0..5, B in 6..11, the bias as 32-bit integers in 12..19
.constants 010203ff0005
.constants 010a021403e2
.constants 0100000003000000
ctl.layer layer=0 setup=call
# a B panel has rows of 64 bytes; the rest of each row is zero
dma.fill channel=0 signal=1 dst=l2:0x0 value=0 row_bytes=192
dma.wait channel=0 token=1 count=1
dma.copy channel=0 signal=1 src=ddr:0x6 dst=l2:0x0 row_bytes=2 n1=3 src_stride1=2 dst_stride1=64
dma.copy channel=1 signal=2 src=ddr:0x0 dst=l2:0x100 row_bytes=6
dma.copy channel=1 signal=2 src=ddr:0xc dst=l2:0x140 row_bytes=8
sync.wait token=1 count=2
sync.wait token=2 count=2
mma.config a=s8 b=s8
stage.set unit=mma out=s8 bias=l2:0x140 shift=1 clip_min=-128 clip_max=127
mma.pattern k0=3 r0=2 r0_stride=3
mma.store_pattern r0=2 r0_stride=2
mma.load_b bank=0 addr=l2:0x0 rows=2
mma.stream a=l2:0x100 row=0 rows=2 k_start=0 depth=2 b_bank=0 c_bank=0 accumulate=0
mma.load_b bank=1 addr=l2:0x80 rows=1
mma.stream a=l2:0x100 row=0 rows=2 k_start=2 depth=1 b_bank=1 c_bank=0 accumulate=1
mma.transfer c_bank=0 rows=2 columns=2 lane=0 dst=l2:0x180 row=0
sync.signal token=3
dma.wait channel=0 token=3 count=1
dma.copy channel=0 signal=4 src=l2:0x180 dst=ddr:0x20 row_bytes=4
sync.wait token=4 count=1
ctl.end
