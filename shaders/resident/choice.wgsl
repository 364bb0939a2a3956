// The neurons that move in the quad from neuron `index` on. Joined to the function of an update.

fn chosenQuad(index: u32, choice: Choice) -> vec4<bool> {
  var chosen = vec4<bool>(false);
  for (var c = 0u; c < 4u; c++) {
    chosen[c] = isChosen(index + c, choice);
  }
  return chosen;
}
