;; The inner loops of the observers, four float32 values at a time.
;;
;; Memory: operand A at 0 and operand B at 65536 (16,384 floats each), the counts of a histogram at 131072 (four copies
;; of 4,096 bins, one per vector lane, so that neighbours that fall into one bin do not wait for each other), and the
;; accumulators from 196608 on. A function starts from the accumulators in memory and puts them back, so that a tensor
;; may come in pieces. The products of `products` lie from 262144 on, at most 2^20 floats. `end` is the length of the piece in bytes, a multiple of 16 and not 0.
(module
  (memory (export "memory") 68)

  ;; Smallest and largest value; `unusual` becomes non-zero where a value is infinite or not a number.
  (func (export "range") (param $end i32)
    (local $at i32) (local $v v128) (local $min v128) (local $max v128) (local $unusual v128)
    (local.set $min (v128.load (i32.const 196608)))
    (local.set $max (v128.load (i32.const 196624)))
    (local.set $unusual (v128.load (i32.const 196640)))
    (loop $next
      (local.set $v (v128.load (local.get $at)))
      ;; pmin and pmax keep the first operand when the second is not a number.
      (local.set $min (f32x4.pmin (local.get $min) (local.get $v)))
      (local.set $max (f32x4.pmax (local.get $max) (local.get $v)))
      ;; Only finite values give zero when taken from themselves.
      (local.set $unusual (v128.or (local.get $unusual)
        (f32x4.ne (f32x4.sub (local.get $v) (local.get $v)) (v128.const f32x4 0 0 0 0))))
      (local.set $at (i32.add (local.get $at) (i32.const 16)))
      (br_if $next (i32.lt_u (local.get $at) (local.get $end))))
    (v128.store (i32.const 196608) (local.get $min))
    (v128.store (i32.const 196624) (local.get $max))
    (v128.store (i32.const 196640) (local.get $unusual)))

  ;; The same, and counts every value in bin floor(value * scale) & mask, and the exact zeros besides.
  (func (export "histogram") (param $end i32) (param $scale f32) (param $mask i32)
    (local $at i32) (local $v v128) (local $min v128) (local $max v128) (local $unusual v128) (local $zeros v128)
    (local $scales v128) (local $masks v128) (local $bins v128) (local $bin i32)
    (local.set $min (v128.load (i32.const 196608)))
    (local.set $max (v128.load (i32.const 196624)))
    (local.set $unusual (v128.load (i32.const 196640)))
    (local.set $zeros (v128.load (i32.const 196656)))
    (local.set $scales (f32x4.splat (local.get $scale)))
    (local.set $masks (i32x4.splat (local.get $mask)))
    (loop $next
      (local.set $v (v128.load (local.get $at)))
      (local.set $min (f32x4.pmin (local.get $min) (local.get $v)))
      (local.set $max (f32x4.pmax (local.get $max) (local.get $v)))
      (local.set $unusual (v128.or (local.get $unusual)
        (f32x4.ne (f32x4.sub (local.get $v) (local.get $v)) (v128.const f32x4 0 0 0 0))))
      (local.set $zeros (i32x4.sub (local.get $zeros) (f32x4.eq (local.get $v) (v128.const f32x4 0 0 0 0))))
      (local.set $bins (i32x4.shl
        (v128.and
          (i32x4.trunc_sat_f32x4_s (f32x4.floor (f32x4.mul (local.get $v) (local.get $scales))))
          (local.get $masks))
        (i32.const 2)))
      (local.set $bin (i32x4.extract_lane 0 (local.get $bins)))
      (i32.store offset=131072 (local.get $bin) (i32.add (i32.load offset=131072 (local.get $bin)) (i32.const 1)))
      (local.set $bin (i32x4.extract_lane 1 (local.get $bins)))
      (i32.store offset=147456 (local.get $bin) (i32.add (i32.load offset=147456 (local.get $bin)) (i32.const 1)))
      (local.set $bin (i32x4.extract_lane 2 (local.get $bins)))
      (i32.store offset=163840 (local.get $bin) (i32.add (i32.load offset=163840 (local.get $bin)) (i32.const 1)))
      (local.set $bin (i32x4.extract_lane 3 (local.get $bins)))
      (i32.store offset=180224 (local.get $bin) (i32.add (i32.load offset=180224 (local.get $bin)) (i32.const 1)))
      (local.set $at (i32.add (local.get $at) (i32.const 16)))
      (br_if $next (i32.lt_u (local.get $at) (local.get $end))))
    (v128.store (i32.const 196608) (local.get $min))
    (v128.store (i32.const 196624) (local.get $max))
    (v128.store (i32.const 196640) (local.get $unusual))
    (v128.store (i32.const 196656) (local.get $zeros)))

  ;; Sum and sum of squares, in double precision.
  (func (export "moments") (param $end i32)
    (local $at i32) (local $v v128) (local $low v128) (local $high v128) (local $sum v128) (local $squares v128)
    (local.set $sum (v128.load (i32.const 196672)))
    (local.set $squares (v128.load (i32.const 196688)))
    (loop $next
      (local.set $v (v128.load (local.get $at)))
      (local.set $low (f64x2.promote_low_f32x4 (local.get $v)))
      (local.set $high (f64x2.promote_low_f32x4
        (i8x16.shuffle 8 9 10 11 12 13 14 15 0 1 2 3 4 5 6 7 (local.get $v) (local.get $v))))
      (local.set $sum (f64x2.add (local.get $sum) (f64x2.add (local.get $low) (local.get $high))))
      (local.set $squares (f64x2.add (local.get $squares) (f64x2.add
        (f64x2.mul (local.get $low) (local.get $low))
        (f64x2.mul (local.get $high) (local.get $high)))))
      (local.set $at (i32.add (local.get $at) (i32.const 16)))
      (br_if $next (i32.lt_u (local.get $at) (local.get $end))))
    (v128.store (i32.const 196672) (local.get $sum))
    (v128.store (i32.const 196688) (local.get $squares)))

  ;; A against B: sums of A², B², A·B and (A - B)² in double precision, and the largest |A - B|.
  (func (export "difference") (param $end i32)
    (local $at i32) (local $a v128) (local $b v128)
    (local $aLow v128) (local $aHigh v128) (local $bLow v128) (local $bHigh v128)
    (local $aa v128) (local $bb v128) (local $ab v128) (local $dd v128) (local $largest v128)
    (local.set $aa (v128.load (i32.const 196704)))
    (local.set $bb (v128.load (i32.const 196720)))
    (local.set $ab (v128.load (i32.const 196736)))
    (local.set $dd (v128.load (i32.const 196752)))
    (local.set $largest (v128.load (i32.const 196768)))
    (loop $next
      (local.set $a (v128.load (local.get $at)))
      (local.set $b (v128.load offset=65536 (local.get $at)))
      (local.set $largest (f32x4.pmax (local.get $largest)
        (f32x4.abs (f32x4.sub (local.get $a) (local.get $b)))))
      (local.set $aLow (f64x2.promote_low_f32x4 (local.get $a)))
      (local.set $bLow (f64x2.promote_low_f32x4 (local.get $b)))
      (local.set $aHigh (f64x2.promote_low_f32x4
        (i8x16.shuffle 8 9 10 11 12 13 14 15 0 1 2 3 4 5 6 7 (local.get $a) (local.get $a))))
      (local.set $bHigh (f64x2.promote_low_f32x4
        (i8x16.shuffle 8 9 10 11 12 13 14 15 0 1 2 3 4 5 6 7 (local.get $b) (local.get $b))))
      (local.set $aa (f64x2.add (local.get $aa) (f64x2.add
        (f64x2.mul (local.get $aLow) (local.get $aLow))
        (f64x2.mul (local.get $aHigh) (local.get $aHigh)))))
      (local.set $bb (f64x2.add (local.get $bb) (f64x2.add
        (f64x2.mul (local.get $bLow) (local.get $bLow))
        (f64x2.mul (local.get $bHigh) (local.get $bHigh)))))
      (local.set $ab (f64x2.add (local.get $ab) (f64x2.add
        (f64x2.mul (local.get $aLow) (local.get $bLow))
        (f64x2.mul (local.get $aHigh) (local.get $bHigh)))))
      (local.set $aLow (f64x2.sub (local.get $aLow) (local.get $bLow)))
      (local.set $aHigh (f64x2.sub (local.get $aHigh) (local.get $bHigh)))
      (local.set $dd (f64x2.add (local.get $dd) (f64x2.add
        (f64x2.mul (local.get $aLow) (local.get $aLow))
        (f64x2.mul (local.get $aHigh) (local.get $aHigh)))))
      (local.set $at (i32.add (local.get $at) (i32.const 16)))
      (br_if $next (i32.lt_u (local.get $at) (local.get $end))))
    (v128.store (i32.const 196704) (local.get $aa))
    (v128.store (i32.const 196720) (local.get $bb))
    (v128.store (i32.const 196736) (local.get $ab))
    (v128.store (i32.const 196752) (local.get $dd))
    (v128.store (i32.const 196768) (local.get $largest)))

  ;; A holds vectors as rows of `stride` bytes, a multiple of 64. For each pair of elements i <= j the sum over the rows of
  ;; row[i] * row[j], at row i and column j of the products; what lies left of the block of 16 that holds the diagonal
  ;; stays as it was.
  (func (export "products") (param $stride i32) (param $rows i32)
    (local $i i32) (local $j i32) (local $row i32) (local $left i32) (local $a v128) (local $out i32)
    (local $s0 v128) (local $s1 v128) (local $s2 v128) (local $s3 v128)
    (loop $nextI
      (local.set $j (i32.and (local.get $i) (i32.const -64)))
      (loop $nextJ
        (local.set $s0 (v128.const f32x4 0 0 0 0))
        (local.set $s1 (v128.const f32x4 0 0 0 0))
        (local.set $s2 (v128.const f32x4 0 0 0 0))
        (local.set $s3 (v128.const f32x4 0 0 0 0))
        (local.set $row (i32.const 0))
        (local.set $left (local.get $rows))
        (loop $nextRow
          (local.set $a (v128.load32_splat (i32.add (local.get $row) (local.get $i))))
          (local.set $out (i32.add (local.get $row) (local.get $j)))
          (local.set $s0 (f32x4.add (local.get $s0) (f32x4.mul (local.get $a) (v128.load (local.get $out)))))
          (local.set $s1 (f32x4.add (local.get $s1) (f32x4.mul (local.get $a) (v128.load offset=16 (local.get $out)))))
          (local.set $s2 (f32x4.add (local.get $s2) (f32x4.mul (local.get $a) (v128.load offset=32 (local.get $out)))))
          (local.set $s3 (f32x4.add (local.get $s3) (f32x4.mul (local.get $a) (v128.load offset=48 (local.get $out)))))
          (local.set $row (i32.add (local.get $row) (local.get $stride)))
          (local.set $left (i32.sub (local.get $left) (i32.const 1)))
          (br_if $nextRow (local.get $left)))
        ;; i counts bytes of an element, so a row of products is i / 4 strides away.
        (local.set $out (i32.add
          (i32.mul (i32.shr_u (local.get $i) (i32.const 2)) (local.get $stride)) (local.get $j)))
        (v128.store offset=262144 (local.get $out) (local.get $s0))
        (v128.store offset=262160 (local.get $out) (local.get $s1))
        (v128.store offset=262176 (local.get $out) (local.get $s2))
        (v128.store offset=262192 (local.get $out) (local.get $s3))
        (local.set $j (i32.add (local.get $j) (i32.const 64)))
        (br_if $nextJ (i32.lt_u (local.get $j) (local.get $stride))))
      (local.set $i (i32.add (local.get $i) (i32.const 4)))
      (br_if $nextI (i32.lt_u (local.get $i) (local.get $stride))))))
