// One neuron in each step, in order.

fn isChosen(index: u32, choice: Choice) -> bool {
  return index == choice.step % choice.size;
}
