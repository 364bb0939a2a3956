/**
 * Writes only changed values to an element, because the browser repaints after every write, even of the same
 * text.
 */
export function assign<T extends Element>(element: T, values: Partial<T>): void {
  for (const [name, value] of Object.entries(values) as [keyof T, T[keyof T]][])
    if (element[name] !== value) element[name] = value
}
