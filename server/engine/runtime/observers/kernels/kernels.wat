;; The inner loops of the observers, four float32 values at a time.
;;
;; Memory: operand A at 0 and operand B at 65536 (16,384 floats each), the counts of a histogram at 131072 (four copies
;; of 4,096 bins, one per vector lane, so that neighbours that fall into one bin do not wait for each other), and the
;; accumulators from 196608 on. A function starts from the accumulators in memory and puts them back, so that a tensor
;; may come in pieces. `end` is the length of the piece in bytes, a multiple of 16 and not 0.
(module
  (memory (export "memory") 4)

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
    (v128.store (i32.const 196768) (local.get $largest))))
