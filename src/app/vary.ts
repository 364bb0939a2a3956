/** Varied parameters in words. Pure. */
import type { Axis, Model } from '../core/model/model.ts'
import { axisValues } from '../core/model/variation.ts'

/** Short names of axes: the key, with its owner if keys are equal. */
export function axisNames(axes: readonly Axis[]): string[] {
  const keys = axes.map(({ path }) => path.slice(path.lastIndexOf('.') + 1))
  return axes.map(({ path }, index) => {
    const key = keys[index] as string
    const isOnly = keys.filter((other) => other === key).length === 1
    return isOnly ? key : `${path.split('.').slice(0, 2).join('.')} ${key}`
  })
}

/** Such as `beta 0.32, fraction 0.1`; empty if nothing varies. */
export function variedText(model: Model, replica: number): string {
  const axes = model.variation?.axes ?? []
  const names = axisNames(axes)
  return axes
    .map((axis, index) => `${names[index] as string} ${shortNumber(axisValues(model, axis)[replica] ?? NaN)}`)
    .join(', ')
}

/** Three digits. */
export function shortNumber(value: number): string {
  return String(Number(value.toPrecision(3)))
}
