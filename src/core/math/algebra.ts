/** Dense matrices are row-major: entry (i, j) of a matrix of n columns stands at i n + j. */
export type Numbers = Float64Array | Float32Array | readonly number[]

/** a . b = sum_i a_i b_i, in the order of the index. */
export function dot(a: Numbers, b: Numbers): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}

/** |a|_2, the Euclidean length. */
export function norm(a: Numbers): number {
  return Math.sqrt(dot(a, a))
}

/** |a - b|^2, over all entries: for matrices the squared Frobenius distance. */
export function squaredDistance(a: Numbers, b: Numbers): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += (a[i]! - b[i]!) ** 2
  return sum
}

/** Row `index` of a matrix, as a view. */
export function row(matrix: Float64Array, columns: number, index: number): Float64Array {
  return matrix.subarray(index * columns, (index + 1) * columns)
}

/** A x: [rows], for A [rows, columns] and x [columns]. */
export function times(matrix: Float64Array, x: Float64Array): Float64Array {
  const columns = x.length
  return Float64Array.from({ length: matrix.length / columns }, (_, i) => dot(row(matrix, columns, i), x))
}

/** A^T y: [columns], for A [rows, columns] and y [rows]. */
export function transposeTimes(matrix: Float64Array, y: Float64Array): Float64Array {
  const columns = matrix.length / y.length
  const result = new Float64Array(columns)
  y.forEach((weight, i) => {
    for (let j = 0; j < columns; j++) result[j]! += weight * matrix[i * columns + j]!
  })
  return result
}

/** a += b, entry by entry. */
export function add(a: Float64Array, b: Float64Array): void {
  for (let i = 0; i < a.length; i++) a[i]! += b[i]!
}

/** y x^T: [y.length, x.length]. */
export function outer(y: Float64Array, x: Float64Array): Float64Array {
  const columns = x.length
  const result = new Float64Array(y.length * columns)
  for (let k = 0; k < result.length; k++) result[k] = y[Math.floor(k / columns)]! * x[k % columns]!
  return result
}

/**
 * The nearest half-precision number (IEEE 754 binary16, ties to even), as `Math.f16round` of later engines.
 * From 65520 on in size the result is infinite; below 2^-14 the spacing is that of the subnormals, 2^-24.
 */
export function roundToHalf(x: number): number {
  if (!Number.isFinite(x) || x === 0) return x
  if (Math.abs(x) >= 65520) return x < 0 ? -Infinity : Infinity
  const spacing = 2 ** (Math.max(Math.floor(Math.log2(Math.abs(x))), -14) - 10)
  // In float64 the numbers next to this one lie `spacing` apart, so that the sum itself rounds, ties to even.
  const shift = 1.5 * 2 ** 52 * spacing
  return x + shift - shift
}

/** A^T of A [rows, columns]. */
export function transposed(matrix: Float64Array, columns: number): Float64Array {
  const rows = matrix.length / columns
  return matrix.map((_, k) => matrix[(k % rows) * columns + Math.floor(k / rows)]!)
}
