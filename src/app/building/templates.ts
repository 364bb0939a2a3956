/** The templates of "New": scenarios to begin with. */

export interface Template {
  readonly id: string
  readonly label: string
  readonly note: string
  /** Loads the scenario, which is not parsed yet. */
  readonly load: () => Promise<unknown>
}

const files = import.meta.glob<unknown>('./templates/*.json', { import: 'default' })

const template = (id: string, label: string, note: string): Template => ({
  id,
  label,
  note,
  load: () => files[`./templates/${id}.json`]!(),
})

/** In the order of the menu. */
export const TEMPLATES: readonly Template[] = [
  template('hopfield', 'Hopfield network', 'patterns in one coupling'),
  template('dense', 'Dense memory', 'beyond 0.138 N'),
  template('modern', 'Modern Hopfield', 'softmax, attention'),
  template('learning', 'Learning memory', 'from a stream'),
  template('hierarchy', 'Hierarchy', 'three layers'),
  template('empty', 'Empty', 'one layer, build the rest'),
]
