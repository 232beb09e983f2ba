#![no_main]

use libfuzzer_sys::fuzz_target;

use jensen_infer::fit::Checkpoint;

// The checksum is made right first: what lies behind it must not panic either.
fuzz_target!(|bytes: &[u8]| {
    let mut bytes = bytes.to_vec();
    jensen_fuzz::mend_checksum(&mut bytes);
    let path = jensen_fuzz::file("step-1.checkpoint", &bytes);
    if let Ok(checkpoint) = Checkpoint::read(&path) {
        let again = jensen_fuzz::file("step-2.checkpoint", &[]);
        if checkpoint.write(&again).is_ok() {
            assert_eq!(Checkpoint::read(&again).expect("what was written is read"), checkpoint);
        }
    }
});
