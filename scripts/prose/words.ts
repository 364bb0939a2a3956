/** The words that the rules look for. */

export interface Replacement {
  readonly was: RegExp
  readonly is: string
}

/** Words that this project has coined, or that say something else in English, and the usual ones. */
export const COINED: readonly Replacement[] = [
  { was: /\blaid (?:down|over)\b/i, is: 'written, defined or placed' },
  { was: /\btaken of\b/i, is: 'taken from, or measured for' },
  { was: /\bof (?:one's|its|their|your|his) own\b/i, is: 'its own NOUN, your own NOUN, custom or separate' },
  { was: /\bhanded (?:in|out|over|back|on)\b/i, is: 'passed or returned' },
  { was: /\bdealt\b/i, is: 'assigned or distributed' },
  { was: /\bbesides?\b/i, is: 'next to, in addition to, or also' },
  { was: /\b(?:shakes?|shook|tremble[sd]?)\b/i, is: 'adds noise, or fluctuates' },
  { was: /\bto and fro\b/i, is: 'between A and B' },
  { was: /\bwhatever came before\b/i, is: 'independently' },
  { was: /\bstrays?\b/i, is: 'deviates' },
  { was: /\bmeanwhile\b/i, is: 'at the same time' },
  { was: /\bonce more\b/i, is: 'again' },
  { was: /\bevery how many\b/i, is: 'how often' },
  { was: /\bso (?:many|much)\b/i, is: 'the number of NOUN' },
  { was: /\ball the same\b/i, is: 'still' },
  { was: /\balike\b/i, is: 'similar, the same, equally or both' },
  { was: /\b(?:for ever|nought|thereof|therein|hereby|wherein|whereof|whereby)\b/i, is: 'the plain word' },
  { was: /\bof which\b/i, is: 'a sentence of its own about the noun' },
  { was: /\bturn(?:s|ed)? (?:it )?round\b/i, is: 'reverse' },
  { was: /\bsays so\b/i, is: 'states this' },
  { was: /\bof a (?:row|line) that\b/i, is: 'the row that, or the line that' },
  { was: /\bcomes? (?:out )?to lie\b/i, is: 'lies' },
  { was: /\bthat there (?:is|are)\b/i, is: 'that exist' },
  { was: /\bbut for\b/i, is: 'except for' },
  { was: /\bpays? off\b|\bpays\b/i, is: 'is faster, or is worth NOUN' },
]

/** Nouns for things that do not act like people. */
export const THINGS =
  'kernel|page|plan|scheduler|layer|memory|buffer|model|scenario|test|engine|program|option|file|column|line|row|network|neuron|probe|code|function|command'

/** Verbs for people. */
export const DEEDS =
  'knows?|knew|lives?|lived|asks?|asked|tells?|told|wants?|wanted|sees?|saw|thinks?|thought|likes|liked|says?|said|looks? at|hopes?|feels?|remembers?|forgets?|waits? for|insists?|cares?|speaks?|talks?|hears?'

/** Endings and words of American spelling, and the British ones. */
export const AMERICAN: readonly Replacement[] = [
  {
    was: /\b(?!(?:re|down|up|over|out)?siz|priz|seiz|capsiz|horiz|gauz)[a-z]{2,}iz(?:e|es|ed|ing|ations?|ers?)\b/i,
    is: '-ise',
  },
  { was: /\banalyz\w*/i, is: 'analyse' },
  { was: /\bbehaviors?\b/i, is: 'behaviour' },
  { was: /\bcolor\w*/i, is: 'colour' },
  { was: /\bneighbor\w*/i, is: 'neighbour' },
  { was: /\bfavor\w*/i, is: 'favour' },
  { was: /\bcenter\w*/i, is: 'centre' },
  { was: /\bgray\b/i, is: 'grey' },
  { was: /\b(?:label|model|cancel|travel|total|level)(?:ed|ing)\b/i, is: '-lled, -lling' },
  { was: /\bcatalogs?\b/i, is: 'catalogue' },
  { was: /\bartifacts?\b/i, is: 'artefact' },
]

/** Units that follow a number. */
export const UNITS = '%|[kMGT]?i?B|[kMG]?bit|ns|[mµ]s|s|min|h|Hz|[kMG]Hz|nm|mm|cm|km|m|GFLOPS|TFLOPS'
