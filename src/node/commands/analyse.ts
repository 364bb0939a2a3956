import type { Command } from 'commander'
import { adiabaticCommand } from './adiabatic.ts'
import { fixedPointsCommand } from './fixed-points.ts'
import { generatingCommand } from './generating.ts'
import { spectrumCommand } from './spectrum.ts'

/** `engram analyse`: what the theory says about a scenario, next to what it does. */
export function analyseCommand(command: Command): Command {
  return command
    .addCommand(generatingCommand())
    .addCommand(spectrumCommand())
    .addCommand(fixedPointsCommand())
    .addCommand(adiabaticCommand())
}
