// Each neuron on its own: `word` is the largest word of 32 bits that moves one.

fn isChosen(index: u32, choice: Choice) -> bool {
  return drawn(choice, index) <= choice.word;
}
