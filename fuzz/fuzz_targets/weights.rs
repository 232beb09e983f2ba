#![no_main]

use libfuzzer_sys::fuzz_target;

use jensen_infer::StateDict;

// The checksum is made right first, as in `checkpoint`.
fuzz_target!(|bytes: &[u8]| {
    let mut bytes = bytes.to_vec();
    jensen_fuzz::mend_checksum(&mut bytes);
    if let Ok((state, metadata)) = StateDict::from_safetensors(&bytes) {
        let again = state.to_safetensors(&metadata).expect("what was read can be written");
        assert_eq!(StateDict::from_safetensors(&again).expect("what was written is read").0, state);
    }
});
