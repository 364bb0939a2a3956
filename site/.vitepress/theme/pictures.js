/** Addresses of the pictures of the page, by their file name without its ending. */
const files = import.meta.glob('../../../docs/images/page-*.webp', {
  eager: true,
  query: '?url',
  import: 'default',
})

export const PICTURES = Object.fromEntries(
  Object.entries(files).map(([path, url]) => [path.replace(/^.*\/(.*)\.webp$/, '$1'), url]),
)
