/** The anchor of a heading, as on GitHub, so that links of docs/ work in both places. */
export function slugOf(heading) {
  return heading
    .toLowerCase()
    .trim()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replace(/\s/g, '-')
}
