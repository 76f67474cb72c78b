// The score field at given points: the twin of cpu.rs. One invocation is one point.

struct Parameters {
    // Points first .. end are for this dispatch, of `points` in all.
    first: u32,
    end: u32,
    points: u32,
    // Components, a multiple of four.
    count: u32,
    // What the score error adds to each coordinate of the score.
    shift: f32,
}

@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(2) var<storage, read> places: array<vec2<f32>>;
// All first coordinates of the score, all second ones, all f.
@group(0) @binding(3) var<storage, read_write> values: array<f32>;

@compute @workgroup_size(64)
fn evaluate(@builtin(global_invocation_id) id: vec3<u32>) {
    let i = parameters.first + id.x;
    if i >= parameters.end {
        return;
    }
    let value = field(sums(0u, parameters.count, places[i]), parameters.shift);
    values[i] = value.x;
    values[parameters.points + i] = value.y;
    values[2u * parameters.points + i] = value.z;
}
