// A row of `Params` for each replica, where parameters differ from one to the next. `params` is the row of the replica
// that was named last; fields of shapes are equal in all rows. Joined in place of common/params-uniform.wgsl.

@group(0) @binding(0) var<storage, read> table: array<Params>;

var<private> params: Params;

fn useReplica(replica: u32) {
  params = table[replica];
}
