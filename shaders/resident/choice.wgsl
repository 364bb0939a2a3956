// Who of a quad of neurons moves, the first of which is `index`. Joined to an update's own function.

fn chosenQuad(index: u32, choice: Choice) -> vec4<bool> {
  var chosen = vec4<bool>(false);
  for (var c = 0u; c < 4u; c++) {
    chosen[c] = isChosen(index + c, choice);
  }
  return chosen;
}
