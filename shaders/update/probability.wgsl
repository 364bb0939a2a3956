// Each neuron independently: `word` is the largest random word of 32 bits that moves a neuron.

fn isChosen(index: u32, choice: Choice) -> bool {
  return drawn(choice, index) <= choice.word;
}
