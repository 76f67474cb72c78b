// A step of particles, y <- a y + b s(y) + c z: the twin of cpu.rs, and what else is done to particles
// that stay on the device. One invocation is one particle, but for `clear`.

// Whether there is a score, and whether there is noise.
override SCORE: bool = true;
override NOISE: bool = true;

struct Parameters {
    // Particles first .. end are for this dispatch; of `clear`, cells.
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
    // Where the copy begins in `kept`.
    start: u32,
    // Cells along x and along y; a single row takes all y.
    columns: u32,
    rows: u32,
    low_x: f32,
    low_y: f32,
    // Cells a unit of length.
    density_x: f32,
    density_y: f32,
}

@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(2) var<storage, read_write> places: array<vec2<f32>>;
// Copies of all places, one after the other.
@group(0) @binding(3) var<storage, read_write> kept: array<vec2<f32>>;
@group(0) @binding(4) var<storage, read_write> counts: array<atomic<u32>>;

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

// Copies the places.
@compute @workgroup_size(64)
fn keep(@builtin(global_invocation_id) id: vec3<u32>) {
    let i = parameters.first + id.x;
    if i < parameters.end {
        kept[parameters.start + i] = places[i];
    }
}

// Takes the places from a copy.
@compute @workgroup_size(64)
fn restore(@builtin(global_invocation_id) id: vec3<u32>) {
    let i = parameters.first + id.x;
    if i < parameters.end {
        places[i] = kept[parameters.start + i];
    }
}

// Half-way between the places and a copy of them: the end of a step of Heun's.
@compute @workgroup_size(64)
fn mean(@builtin(global_invocation_id) id: vec3<u32>) {
    let i = parameters.first + id.x;
    if i < parameters.end {
        places[i] = 0.5 * (places[i] + kept[parameters.start + i]);
    }
}

@compute @workgroup_size(64)
fn clear(@builtin(global_invocation_id) id: vec3<u32>) {
    let i = parameters.first + id.x;
    if i < parameters.end {
        atomicStore(&counts[i], 0u);
    }
}

// Counts the particles in the cells; those outside are in none.
@compute @workgroup_size(64)
fn count(@builtin(global_invocation_id) id: vec3<u32>) {
    let i = parameters.first + id.x;
    if i >= parameters.end {
        return;
    }
    let place = places[i];
    let x = (place.x - parameters.low_x) * parameters.density_x;
    var y = 0.0;
    if parameters.rows > 1u {
        y = (place.y - parameters.low_y) * parameters.density_y;
    }
    // As conditions of what is inside, so that what is not a number is not.
    if x >= 0.0 && x < f32(parameters.columns) && y >= 0.0 && y < f32(parameters.rows) {
        atomicAdd(&counts[u32(y) * parameters.columns + u32(x)], 1u);
    }
}
