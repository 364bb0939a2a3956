import fc from 'fast-check'

/** Property tests draw the same cases each time; ENGRAM_TEST_SEED draws others. */
fc.configureGlobal({ seed: Number(process.env.ENGRAM_TEST_SEED ?? 1) })
