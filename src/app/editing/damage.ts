/** The controls for kind and amount of damage; they show the damage of the present cue. */
import { DAMAGES, type Damage, amountText, damageOf } from './choices.ts'
import type { Cue } from './places.ts'
import type { Strip } from './strip.ts'

export interface DamageChoice {
  /** Shows the damage of a cue, if there is one. */
  show(cue: Cue | undefined): void
}

/** Initial amount of a new damage. */
const FIRST_AMOUNT = 0.25

/** @param damage - called when the reader has chosen */
export function createDamageChoice(
  strip: Strip,
  damage: (kind: Damage, amount: number) => void,
): DamageChoice {
  const select = strip.part('damage') as HTMLSelectElement
  const range = strip.part('amount') as HTMLInputElement

  /** The value of the slider, in words and as a bar. */
  const showAmount = (): void => {
    const share = (Number(range.value) - Number(range.min)) / (Number(range.max) - Number(range.min) || 1)
    range.style.setProperty('--filled', String(share))
    strip.part('amount-text').textContent = range.disabled
      ? ''
      : amountText(select.value as Damage, Number(range.value))
  }

  select.addEventListener('change', () => {
    const before = Number(range.value)
    damage(select.value as Damage, before > 0 ? before : FIRST_AMOUNT)
  })
  range.addEventListener('input', () => {
    showAmount()
    damage(select.value as Damage, Number(range.value))
  })

  return {
    show(cue) {
      const { kind, amount } = damageOf(cue?.patterns.corrupt)
      const canMask = cue !== undefined && cue.kind !== 'init'
      select.replaceChildren(
        ...DAMAGES.filter((one) => one.kind !== 'mask' || canMask).map(
          (one) => new Option(one.label, one.kind, false, one.kind === kind),
        ),
      )
      select.disabled = cue === undefined
      range.max = String(DAMAGES.find((one) => one.kind === kind)?.most ?? 1)
      range.disabled = kind === 'none'
      if (document.activeElement !== range || Number(range.value) !== amount) range.value = String(amount)
      showAmount()
    },
  }
}
