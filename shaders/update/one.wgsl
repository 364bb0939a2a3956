// One neuron at random: the part of the layer that a word of 32 bits stands for.

fn isChosen(index: u32, choice: Choice) -> bool {
  return index == multiplyHigh(drawn(choice, 0u), choice.size);
}
