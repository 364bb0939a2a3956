/** The keys of a lesson: a text, things to try and questions, which the page shows next to the network. */
import * as v from 'valibot'
import { number, text } from '../kinds/fields.ts'
import { claimSchema } from './claims-schema.ts'

const words = (title: string, description: string) =>
  v.pipe(v.string(), v.minLength(1), v.title(title), v.description(description))

const trySchema = v.pipe(
  v.strictObject({
    label: words('label', 'Label of the button.'),
    text: words('text', 'Expected observation, in Markdown with $formulas$.'),
    set: v.pipe(
      v.record(v.string(), v.unknown()),
      v.title('set'),
      v.description(
        'Values by their paths, such as "neurons.hidden.tau": 1, in place of those of the scenario. null removes a value.',
      ),
    ),
    expect: v.exactOptional(
      v.pipe(
        v.array(claimSchema),
        v.minLength(1),
        v.title('expect'),
        v.description('Claims about a run of the try, as those of the scenario.'),
      ),
    ),
  }),
  v.description('A button that starts the scenario again with other values.'),
)

const questionSchema = v.pipe(
  v.strictObject({
    ask: words('ask', 'The question, in Markdown with $formulas$.'),
    choices: v.exactOptional(
      v.pipe(
        v.array(words('choice', 'One answer to choose.')),
        v.minLength(2),
        v.title('choices'),
        v.description('Answers to choose from. Without choices the answer is revealed.'),
      ),
    ),
    answer: v.pipe(
      v.union([
        words('answer', 'The answer.'),
        number('choice', 'Number of the right choice, from 0.', { integer: true, min: 0 }),
      ]),
      v.title('answer'),
      v.description('The answer as text; with choices, the number of the right one, from 0, or its text.'),
    ),
    because: v.exactOptional(words('because', 'The reason, shown with the answer.')),
  }),
  v.description('A question with its answer.'),
)

const figureSchema = v.pipe(
  v.strictObject({
    src: words(
      'src',
      'An image file in the folder of the scenario (png, jpg, webp, gif, avif, svg), or a data: URL of an image.',
    ),
    alt: text('alt', 'Description of the figure, for readers who cannot see it.'),
    caption: v.exactOptional(text('caption', 'Text below the figure, in Markdown with $formulas$.')),
  }),
  v.description('A figure of a lesson.'),
)

export const lessonSchema = v.strictObject({
  story: v.optional(
    v.pipe(
      v.array(words('text', 'One or more paragraphs.')),
      v.title('story'),
      v.description(
        'Paragraphs in Markdown, $...$ is TeX. `[words](#NAME)` points at the picture, plot or control of an array, a probe or a path.',
      ),
    ),
    [],
  ),
  lookFor: v.exactOptional(
    words('lookFor', 'Observations to look for in the run, in Markdown with $formulas$.'),
  ),
  tries: v.optional(v.pipe(v.array(trySchema), v.title('tries'), v.description('Things to try.')), []),
  questions: v.exactOptional(
    v.pipe(v.array(questionSchema), v.title('questions'), v.description('Questions with answers.')),
  ),
  figures: v.exactOptional(
    v.pipe(v.array(figureSchema), v.title('figures'), v.description('Figures below the story.')),
  ),
})
