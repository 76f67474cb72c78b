// The estimators with draws: the twin of cpu.rs. One invocation is one point; it works through
// some records, each some draws at one time. What a replicate of a node has come to so far
// stays on the device, and what its weighted means add up to is read once a piece.

// Whether the integrand is Stein's form.
override STEIN: bool = false;

struct Parameters {
    // Points first_point .. end_point are for this dispatch, of `points` in all.
    first_point: u32,
    end_point: u32,
    points: u32,
    // Records first .. end.
    first: u32,
    end: u32,
    // Draws that count as one, by their mean.
    unit: u32,
    replicates: u32,
    // 1: totals start from zero. 2: sums of the open replicate too.
    fresh: u32,
}

// Some draws at one time.
struct Record {
    // sqrt(1-t), sqrt(t), t, what is added to each coordinate of the score.
    signal: f32,
    deviation: f32,
    t: f32,
    shift: f32,
    // Draws and components.
    first_draw: u32,
    end_draw: u32,
    first_component: u32,
    components: u32,
    // Of the node: its weight, 1 over its units, and the factor on the variance of its units.
    weight: f32,
    inverse_units: f32,
    variance: f32,
    // 1 + replicate if it ends here, else 0.
    ends: u32,
}

@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(2) var<storage, read> places: array<vec2<f32>>;
@group(0) @binding(3) var<storage, read> draws: array<vec2<f32>>;
@group(0) @binding(4) var<storage, read> records: array<Record>;
// Per point, of the open replicate: sum and sum of squares.
@group(0) @binding(5) var<storage, read_write> open_sums: array<vec2<f32>>;
// Replicate by replicate, then the variances; per point.
@group(0) @binding(6) var<storage, read_write> totals: array<f32>;

@compute @workgroup_size(64)
fn accumulate(@builtin(global_invocation_id) id: vec3<u32>) {
    let i = parameters.first_point + id.x;
    if i >= parameters.end_point {
        return;
    }
    if parameters.fresh > 0u {
        for (var k = 0u; k <= parameters.replicates; k++) {
            totals[k * parameters.points + i] = 0.0;
        }
    }
    var open = vec2<f32>(0.0);
    if parameters.fresh < 2u {
        open = open_sums[i];
    }
    let place = places[i];
    let inverse_unit = 1.0 / f32(parameters.unit);
    for (var r = parameters.first; r < parameters.end; r++) {
        let record = records[r];
        let centre = record.signal * place;
        // Records are summed up apart, so that rounding does not grow with the number of draws.
        var some = vec2<f32>(0.0);
        for (var k = record.first_draw; k < record.end_draw; k += parameters.unit) {
            var value = 0.0;
            for (var l = k; l < k + parameters.unit; l++) {
                value += excess(record, draws[l], centre);
            }
            value *= inverse_unit;
            some += vec2<f32>(value, value * value);
        }
        open += some;
        if record.ends > 0u {
            let mean = open.x * record.inverse_units;
            let spread = max(open.y * record.inverse_units - mean * mean, 0.0);
            totals[(record.ends - 1u) * parameters.points + i] += record.weight * mean;
            totals[parameters.replicates * parameters.points + i] += record.variance * spread;
            open = vec2<f32>(0.0);
        }
    }
    open_sums[i] = open;
}

// The integrand at centre + sqrt(t) epsilon, less its mean 2 under no information.
fn excess(record: Record, epsilon: vec2<f32>, centre: vec2<f32>) -> f32 {
    let at = centre + record.deviation * epsilon;
    let found = sums(record.first_component, record.components, at);
    if STEIN {
        let control = record.t * record.t * (dot(epsilon, epsilon) - 2.0);
        return 2.0 * record.t * field(found, record.shift).z - control;
    }
    let slope = found.slope * (-SLOPE * record.deviation / found.total);
    let remainder = epsilon + record.deviation * record.shift + slope;
    return dot(remainder, remainder) - 2.0;
}
