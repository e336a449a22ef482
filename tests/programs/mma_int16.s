# A (2 x 2) times B (2 x 2) with 16-bit operands, halved; one result is beyond 16 bits and saturates.
#   A = [ 300 -2 ]   B = [ 100   -1 ]
#       [1000  7 ]       [   5 2000 ]
.program network="mma_int16" precision="int16" constants_bytes=16 l2_bytes_used=512 ddr_bytes_used=64
.machine c_banks=4
.layer name="product" kind="gemm" precision="int16" macs=8
.output name="y" element=s16 shape=[2,2] strides_bytes=[4,2] address=ddr:0x20
.constants 2c01feffe8030700
.constants 6400ffff0500d007
ctl.layer layer=0 setup=call
# a panel of 32 x 32; its rows are 64 bytes
dma.fill channel=0 signal=1 dst=l2:0x0 value=0 element_bytes=2 row_bytes=128
dma.wait channel=0 token=1 count=1
dma.copy channel=0 signal=1 src=ddr:0x8 dst=l2:0x0 row_bytes=4 n1=2 src_stride1=4 dst_stride1=64
dma.copy channel=0 signal=1 src=ddr:0x0 dst=l2:0x100 row_bytes=8
sync.wait token=1 count=3
mma.config a=s16 b=s16
stage.set unit=mma out=s16 shift=1 clip_min=-32768 clip_max=32767
mma.pattern k0=2 r0=2 r0_stride=4
mma.store_pattern r0=2 r0_stride=4
mma.load_b bank=0 addr=l2:0x0 rows=2
mma.stream a=l2:0x100 row=0 rows=2 k_start=0 depth=2 b_bank=0 c_bank=3 accumulate=0
mma.transfer c_bank=3 rows=2 columns=2 lane=0 dst=l2:0x180 row=0
sync.signal token=2
sync.wait token=2 count=1
dma.copy channel=0 signal=3 src=l2:0x180 dst=ddr:0x20 row_bytes=8
sync.wait token=3 count=1
ctl.end
