// The formula on a whole grid: the twin of cpu.rs. One invocation is one number of what is
// computed: f_t at a lattice point, a row or column of it blurred, or a pixel.

struct Parameters {
    // Rows first .. end of what is computed, which is `width` wide.
    first: u32,
    end: u32,
    width: u32,
    // Of the lattice.
    lattice_width: u32,
    // Components.
    first_component: u32,
    components: u32,
    // Where in `numbers` the coordinates along x and along y start, and the rule: steps, weights.
    xs: u32,
    ys: u32,
    rule: u32,
    rule_count: u32,
    // Where in `readings` those of this axis start.
    readings: u32,
    // Where in `sums_of_levels` this level starts.
    level: u32,
    // Distance of two lattice points in units of the kernel's exponent.
    step: f32,
    // Factor on what is computed.
    factor: f32,
    // What the score error adds to each coordinate of the score.
    shift: f32,
}

// What a blurred value is read from: lattice points first, first + 1, …, of which the first is
// `start` from the centre of the kernel 2^(-z^2).
struct Reading {
    first: u32,
    count: u32,
    start: f32,
}

@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(2) var<storage, read> numbers: array<f32>;
@group(0) @binding(3) var<storage, read> readings: array<Reading>;
// f_t on the lattice, row after row.
@group(0) @binding(4) var<storage, read_write> lattice: array<f32>;
// Its rows blurred along y.
@group(0) @binding(5) var<storage, read_write> rows: array<f32>;
// Level after level.
@group(0) @binding(6) var<storage, read_write> sums_of_levels: array<f32>;

// Whether an invocation has something to do.
fn inside(id: vec3<u32>) -> bool {
    return id.x < parameters.width && parameters.first + id.y < parameters.end;
}

// f_t at (x, y).
fn stein(x: f32, y: f32) -> f32 {
    let found = sums(parameters.first_component, parameters.components, vec2<f32>(x, y));
    return field(found, parameters.shift).z;
}

@compute @workgroup_size(16, 4)
fn clear(@builtin(global_invocation_id) id: vec3<u32>) {
    if inside(id) {
        sums_of_levels[(parameters.first + id.y) * parameters.width + id.x] = 0.0;
    }
}

@compute @workgroup_size(16, 4)
fn quadrature(@builtin(global_invocation_id) id: vec3<u32>) {
    if !inside(id) {
        return;
    }
    let row = parameters.first + id.y;
    let x = numbers[parameters.xs + id.x];
    let y = numbers[parameters.ys + row];
    let weights = parameters.rule + parameters.rule_count;
    var sum = 0.0;
    for (var i = 0u; i < parameters.rule_count; i++) {
        let along = x + numbers[parameters.rule + i];
        for (var j = 0u; j < parameters.rule_count; j++) {
            let weight = numbers[weights + i] * numbers[weights + j];
            sum += weight * stein(along, y + numbers[parameters.rule + j]);
        }
    }
    sums_of_levels[parameters.level + row * parameters.width + id.x] += parameters.factor * sum;
}

@compute @workgroup_size(16, 4)
fn evaluate(@builtin(global_invocation_id) id: vec3<u32>) {
    if !inside(id) {
        return;
    }
    let row = parameters.first + id.y;
    let value = stein(numbers[parameters.xs + id.x], numbers[parameters.ys + row]);
    lattice[row * parameters.width + id.x] = value;
}

@compute @workgroup_size(16, 4)
fn vertical(@builtin(global_invocation_id) id: vec3<u32>) {
    if !inside(id) {
        return;
    }
    let row = parameters.first + id.y;
    let reading = readings[parameters.readings + row];
    var at = reading.first * parameters.width + id.x;
    var sum = 0.0;
    for (var k = 0u; k < reading.count; k++) {
        let z = fma(f32(k), parameters.step, reading.start);
        sum = fma(exp2(-z * z), lattice[at], sum);
        at += parameters.width;
    }
    rows[row * parameters.width + id.x] = parameters.factor * sum;
}

@compute @workgroup_size(16, 4)
fn horizontal(@builtin(global_invocation_id) id: vec3<u32>) {
    if !inside(id) {
        return;
    }
    let row = parameters.first + id.y;
    let reading = readings[parameters.readings + id.x];
    let at = row * parameters.lattice_width + reading.first;
    var sum = 0.0;
    for (var k = 0u; k < reading.count; k++) {
        let z = fma(f32(k), parameters.step, reading.start);
        sum = fma(exp2(-z * z), rows[at + k], sum);
    }
    sums_of_levels[parameters.level + row * parameters.width + id.x] += parameters.factor * sum;
}
