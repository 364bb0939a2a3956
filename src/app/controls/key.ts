/** A key of the page, and what it does. */
export interface Key {
  /** The value of `KeyboardEvent.key`, letters in lower case. */
  readonly key: string
  /** With Ctrl, or Cmd on a Mac. */
  readonly ctrl?: true
  readonly shift?: true
  /** Selector of text fields in which the key means this, because they take no such letter. */
  readonly inFields?: string
  /** True while the key means this; absent = always. */
  readonly when?: () => boolean
  /** Description in the help. */
  readonly label: string
  readonly act: () => void
}
