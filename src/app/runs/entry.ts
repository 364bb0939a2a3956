/** The buttons above the plots; what they do is loaded behind the first picture. */
import { addKeys, holdKeys } from '../controls/keys.ts'
import { type Messages, textOf } from '../messages.ts'
import type { Sample } from '../../core/run/series.ts'
import type { Change, Workplace } from '../session/workplace.ts'
import type { Desk } from './desk.ts'
import './runs.css'

export interface Runs {
  /** Loads the rest, once a network is ready. */
  start(): void
  frame(): void
  sample(sample: Sample): void
  changed(change: Change): void
  ending(): void
  begun(): void
}

/** @param workplace - evaluated when the rest is loaded */
export function bindRuns(workplace: () => Workplace, messages: Messages): Runs {
  const element = (id: string): HTMLElement => document.getElementById(id) as HTMLElement
  let loading: Promise<Desk> | undefined
  let desk: Desk | undefined
  const loaded = (): Promise<Desk> =>
    (loading ??= import('./desk.ts').then(({ createDesk }) => {
      const places = {
        pin: element('pin') as HTMLButtonElement,
        pins: element('pins'),
        plots: element('plots'),
      }
      return (desk = createDesk(places, workplace(), messages))
    }))
  const failed = (error: unknown): void => messages.notice(`This could not be loaded: ${textOf(error)}`)
  const bind = (id: string, key: string, label: string, act: (desk: Desk) => unknown): void => {
    const run = (): void => void holdKeys(loaded()).then(act).catch(failed)
    element(id).addEventListener('click', run)
    addKeys([{ key, label, act: () => element(id).click() }])
  }
  bind('pin', 'k', 'Pin the curves of this run, or remove them', (ready) => ready.pin())
  bind('runs', 'u', 'Runs of this visit: compare and restore', (ready) => ready.showRuns())
  bind('replay', 'w', 'Replay from tick 0 in ten seconds', (ready) => ready.replay())

  const vary = async (path: string | undefined): Promise<void> => {
    const { openVariation } = await holdKeys(import('../variation/panel.ts'))
    openVariation(workplace(), messages, path)
  }
  const varyPath = (path: string | undefined): void => void vary(path).catch(failed)
  const controls = element('controls')
  controls.addEventListener('vary', (event) => varyPath((event as CustomEvent<string>).detail))
  const varyAny = (): void => {
    const focused = document.activeElement?.closest<HTMLElement>('.controls .lil-number[data-path]')
    varyPath(focused?.dataset.path)
  }
  element('vary').addEventListener('click', varyAny)
  addKeys([
    {
      key: 'g',
      label: 'Vary the value that has the focus',
      inFields: '.controls .lil-number[data-path] input',
      act: () => element('vary').click(),
    },
  ])

  return {
    start: () => void loaded().catch(failed),
    frame: () => desk?.frame(),
    sample: (sample) => desk?.sample(sample),
    changed: (change) => desk?.changed(change),
    ending: () => desk?.ending(),
    begun: () => desk?.begun(),
  }
}
