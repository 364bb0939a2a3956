// One neuron after the other.

fn isChosen(index: u32, choice: Choice) -> bool {
  return index == choice.step % choice.size;
}
