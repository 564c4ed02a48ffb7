/** A copy without infinities and NaNs: for the rare tensor that has some. */
export function finiteOnly(values: Float32Array): Float32Array {
  return values.filter((v) => Number.isFinite(v));
}
