//! The shaders as text: they are valid, and what they share with Rust has the same layout there.

use scorescope::gpu::{Binding, Shader};
use scorescope::kernels::{PackedComponent, blur, field, particles, plain};
use std::mem::offset_of;
use wgpu::naga::{AddressSpace, Module, StorageAccess, TypeInner, front, valid};

const ALL: [Shader; 4] = [field::gpu::SHADER, plain::gpu::SHADER, blur::gpu::SHADER, particles::gpu::SHADER];

fn parse(shader: &Shader) -> Module {
    match front::wgsl::parse_str(shader.source) {
        Ok(module) => module,
        Err(error) => panic!("{}: {}", shader.label, error.emit_to_string(shader.source)),
    }
}

#[test]
fn shaders_are_valid_without_any_extension() {
    for shader in ALL {
        let flags = valid::ValidationFlags::all();
        let outcome = valid::Validator::new(flags, valid::Capabilities::empty()).validate(&parse(&shader));
        assert!(outcome.is_ok(), "{}: {outcome:?}", shader.label);
    }
}

/// Name, offset and size of each member of a struct, and the size of the whole.
fn layout(shader: &Shader, name: &str) -> (Vec<(String, usize)>, usize) {
    let module = parse(shader);
    let (_, ty) = module.types.iter().find(|(_, ty)| ty.name.as_deref() == Some(name)).expect("the struct");
    let TypeInner::Struct { members, span } = &ty.inner else { panic!("{name} is no struct") };
    let members = members.iter().map(|m| (m.name.clone().unwrap_or_default(), m.offset as usize));
    (members.collect(), *span as usize)
}

/// That a struct has these fields at the same places in Rust and in WGSL.
macro_rules! same {
    ($shader:expr, $name:literal, $type:ty, $($field:ident),+) => {
        let fields = vec![$((stringify!($field).to_owned(), offset_of!($type, $field))),+];
        assert_eq!(layout(&$shader, $name), (fields, size_of::<$type>()), "{}", $name);
    };
}

#[test]
fn structs_are_laid_out_alike() {
    same!(field::gpu::SHADER, "Parameters", field::gpu::Parameters, first, end, points, count, shift);
    same!(
        plain::gpu::SHADER,
        "Parameters",
        plain::gpu::Parameters,
        first_point,
        end_point,
        points,
        first,
        end,
        unit,
        replicates,
        fresh
    );
    same!(
        plain::gpu::SHADER,
        "Record",
        plain::gpu::Record,
        signal,
        deviation,
        t,
        shift,
        first_draw,
        end_draw,
        first_component,
        components,
        weight,
        inverse_units,
        variance,
        ends
    );
    same!(
        blur::gpu::SHADER,
        "Parameters",
        blur::gpu::Parameters,
        first,
        end,
        width,
        lattice_width,
        first_component,
        components,
        xs,
        ys,
        rule,
        rule_count,
        readings,
        level,
        step,
        factor,
        shift
    );
    same!(
        particles::gpu::SHADER,
        "Parameters",
        particles::gpu::Parameters,
        first,
        end,
        first_component,
        components,
        seed,
        stream,
        a,
        b,
        c,
        start,
        columns,
        rows,
        low_x,
        low_y,
        density_x,
        density_y
    );
    same!(blur::gpu::SHADER, "Reading", blur::gpu::Reading, first, count, start);
}

/// Mean, a, b make one vector and c, log2_norm, trace and padding the other.
#[test]
fn components_are_two_vectors() {
    let vectors = vec![("first".to_owned(), 0), ("second".to_owned(), offset_of!(PackedComponent, c))];
    for shader in ALL {
        assert_eq!(layout(&shader, "Component"), (vectors.clone(), size_of::<PackedComponent>()));
    }
    let places =
        [offset_of!(PackedComponent, mean), offset_of!(PackedComponent, a), offset_of!(PackedComponent, b)];
    assert_eq!(places, [0, 8, 12]);
    let places = [offset_of!(PackedComponent, log2_norm), offset_of!(PackedComponent, trace)];
    assert_eq!(places, [20, 24]);
}

#[test]
fn bindings_are_those_of_the_rust_side() {
    for shader in ALL {
        let module = parse(&shader);
        let mut bindings: Vec<(u32, bool)> = Vec::new();
        for (_, variable) in module.global_variables.iter() {
            let Some(place) = &variable.binding else { continue };
            assert_eq!(place.group, 0);
            match variable.space {
                AddressSpace::Uniform => {
                    assert_eq!(place.binding, 0);
                    let mut layouter = wgpu::naga::proc::Layouter::default();
                    layouter.update(module.to_ctx()).expect("a layout");
                    assert_eq!(u64::from(layouter[variable.ty].size), shader.parameters, "{}", shader.label);
                }
                AddressSpace::Storage { access } => {
                    bindings.push((place.binding, access.contains(StorageAccess::STORE)));
                }
                space => panic!("{}: {space:?}", shader.label),
            }
        }
        bindings.sort_unstable();
        let expected: Vec<(u32, bool)> =
            (1..).zip(shader.arrays).map(|(binding, array)| (binding, *array == Binding::Write)).collect();
        assert_eq!(bindings, expected, "{}", shader.label);
    }
}
