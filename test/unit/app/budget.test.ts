import { describe, expect, test } from 'vitest'
import { createBudget, createRate } from '../../../src/app/session/budget.ts'

/** Submits of all the ticks of a frame, one after the other, at so many milliseconds a tick. */
function frames(count: number, cost: (ticks: number) => number): number[] {
  const budget = createBudget()
  let now = 1000
  return Array.from({ length: count }, () => {
    const { ticks } = budget
    const started = now
    now += cost(ticks)
    budget.learn(started, now, true, 1)
    return ticks
  })
}

describe('the budget of a frame', () => {
  test('doubles while ticks take less than half of it, then stays', () => {
    expect(frames(8, (ticks) => 0.4 * ticks)).toEqual([1, 2, 4, 8, 16, 32, 32, 32])
  })

  test('falls to what fits where ticks take longer, and never below one', () => {
    let cost = 0.4
    const seen = frames(9, (ticks) => {
      if (ticks === 32) cost = 3.9
      return cost * ticks
    })
    expect(seen).toEqual([1, 2, 4, 8, 16, 32, 5, 5, 5])
    expect(frames(3, () => 500)).toEqual([1, 1, 1])
  })

  test('learns nothing from frames that are not full, nor from time that the GPU spent on something else', () => {
    const budget = createBudget()
    budget.learn(0, 1, false, 1)
    expect(budget.ticks).toBe(1)
    // Pictures until 100; the ticks took the 5 ms after that.
    budget.note(100)
    budget.learn(10, 105, true, undefined)
    expect(budget.ticks).toBe(2)
    budget.restart()
    expect(budget.ticks).toBe(1)
  })

  test('calls a submit long from 50 ms on, until one is below 40', () => {
    const budget = createBudget()
    const isLong = (elapsed: number, alongside: number | undefined): boolean => {
      budget.learn(0, elapsed, false, alongside)
      return budget.isLong
    }
    expect([45, 55, 45, 40, 45].map((elapsed) => isLong(elapsed, 1))).toEqual([
      false,
      true,
      true,
      false,
      false,
    ])
    // Two on their way share the time; more than one submit tells nothing.
    expect(isLong(90, 2)).toBe(false)
    expect(isLong(90, undefined)).toBe(false)
    expect(isLong(110, 2)).toBe(true)
  })
})

test('the rate is that of whole windows of a second', () => {
  const rate = createRate()
  rate.restart(10, 0)
  rate.count(400, 999)
  expect(rate.value).toBe(0)
  rate.count(410, 1000)
  expect(rate.value).toBe(400)
  rate.count(900, 1500)
  expect(rate.value).toBe(400)
  rate.count(910, 3000)
  expect(rate.value).toBe(250)
  rate.restart(0, 3000)
  expect(rate.value).toBe(0)
})
