// A step of particles, y <- a y + b s(y) + c z: the twin of cpu.rs. One invocation is one particle.

// Whether there is a score, and whether there is noise.
override SCORE: bool = true;
override NOISE: bool = true;

struct Parameters {
    // Particles first .. end are for this dispatch.
    first: u32,
    end: u32,
    first_component: u32,
    // A multiple of four.
    components: u32,
    seed: u32,
    stream: u32,
    a: f32,
    b: f32,
    c: f32,
}

@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(2) var<storage, read_write> places: array<vec2<f32>>;

@compute @workgroup_size(64)
fn advance(@builtin(global_invocation_id) id: vec3<u32>) {
    let i = parameters.first + id.x;
    if i >= parameters.end {
        return;
    }
    let place = places[i];
    var moved = parameters.a * place;
    if SCORE {
        let found = sums(parameters.first_component, parameters.components, place);
        moved += found.slope * (-SLOPE * parameters.b / found.total);
    }
    if NOISE {
        moved += parameters.c * pair(parameters.seed, parameters.stream, i);
    }
    places[i] = moved;
}
