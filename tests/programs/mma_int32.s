# A (1 x 2) times B (2 x 3) with 32-bit operands: sums need more than 32 bits, and are divided by 256.
#   A = [ 100000 3 ]   B = [ 70000 -70000 1000000 ]
#                          [    -1      1    1000 ]
.program network="mma_int32" precision="int32" constants_bytes=32 l2_bytes_used=512 ddr_bytes_used=128
.machine c_banks=4
.layer name="product" kind="gemm" precision="int32" macs=6
.output name="y" element=s32 shape=[1,3] strides_bytes=[12,4] address=ddr:0x40
.constants a086010003000000
.constants 7011010090eefeff40420f00
.constants ffffffff01000000e8030000
ctl.layer layer=0 setup=call
dma.fill channel=0 signal=1 dst=l2:0x0 value=0 element_bytes=4 row_bytes=128
dma.wait channel=0 token=1 count=1
dma.copy channel=0 signal=1 src=ddr:0x8 dst=l2:0x0 row_bytes=12 n1=2 src_stride1=12 dst_stride1=64
dma.copy channel=0 signal=1 src=ddr:0x0 dst=l2:0x100 row_bytes=8
sync.wait token=1 count=3
mma.config a=s32 b=s32
stage.set unit=mma out=s32 shift=8 clip_min=-2147483648 clip_max=2147483647
mma.pattern k0=2 r0=1 r0_stride=8
mma.store_pattern r0=1 r0_stride=12
mma.load_b bank=1 addr=l2:0x0 rows=2
mma.stream a=l2:0x100 row=0 rows=1 k_start=0 depth=2 b_bank=1 c_bank=1 accumulate=0
mma.transfer c_bank=1 rows=1 columns=3 lane=0 dst=l2:0x180 row=0
sync.signal token=2
sync.wait token=2 count=1
dma.copy channel=0 signal=3 src=l2:0x180 dst=ddr:0x40 row_bytes=12
sync.wait token=3 count=1
ctl.end
