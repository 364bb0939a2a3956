/**
 * Gives an element those of the values that it does not have yet. The browser draws the page anew after every write, even
 * of the same text; where nothing is written it rests.
 */
export function assign<T extends Element>(element: T, values: Partial<T>): void {
  for (const [name, value] of Object.entries(values) as [keyof T, T[keyof T]][])
    if (element[name] !== value) element[name] = value
}
