// One random neuron: maps a word of 32 bits to an index of the layer.

fn isChosen(index: u32, choice: Choice) -> bool {
  return index == multiplyHigh(drawn(choice, 0u), choice.size);
}
