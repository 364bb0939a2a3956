/** All lessons of the page by the names of their scenarios. */
import { LESSON_IDS, type Lesson, lessonOf } from '../src/app/teaching/lessons.ts'

export const LESSONS: Readonly<Record<string, Lesson>> = Object.fromEntries(
  await Promise.all(LESSON_IDS.map(async (id) => [id, (await lessonOf(id)) as Lesson] as const)),
)
