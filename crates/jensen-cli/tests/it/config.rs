//! Schema, defaults, files, `--set`.

use crate::workshop::{TINY, Workshop};

#[test]
fn the_default_file_is_valid_and_complete() {
    let here = Workshop::new();
    let text = here.ok("config default");
    here.write("default.toml", &text);
    assert!(here.ok("config check default.toml").contains("valid"));
    let table: toml::Table = text.parse().expect("TOML");
    let schema = here.json("config schema");
    let properties = schema["properties"].as_object().expect("properties");
    let sections: Vec<_> = table.keys().cloned().collect();
    let mut known: Vec<_> = properties.keys().cloned().collect();
    known.sort();
    let mut given = sections.clone();
    given.sort();
    assert_eq!(given, known, "the schema and the default file differ");
}

#[test]
fn a_wrong_file_is_refused_with_line_key_and_remedy() {
    let here = Workshop::new();
    let check = |text: &str| {
        here.write("mine.toml", text);
        here.refused("config check mine.toml", 2)
    };
    let message = check("seed = 1\n[vae]\nlatent_dims = 3\n");
    assert!(
        message.contains("mine.toml, line 3") && message.contains("did you mean `latent_dim`?"),
        "{message}"
    );
    let message = check("[fit]\nepochs = \"many\"\n");
    assert!(message.contains("mine.toml, line 2") && message.contains("fit.epochs"), "{message}");
    let message = check("[fit]\nlearning_rate = nan\n");
    assert!(message.contains("mine.toml, line 2") && message.contains("fit.learning_rate"), "{message}");
    let message = check("[vae.net]\nkind = \"conv\"\nhidden = [3]\n");
    assert!(message.contains("`hidden`") && message.contains("channels"), "{message}");
    let message = check("[fit\n");
    assert!(message.contains("mine.toml, line 1"), "{message}");
    assert!(here.refused("config check none.toml", 2).contains("none.toml"));
}

#[test]
fn an_option_that_the_model_lacks_lists_those_it_has() {
    let here = Workshop::new();
    let message = here.refused("train --net conv --hidden 200", 2);
    assert!(message.contains("`--hidden`") && message.contains("it has: channels"), "{message}");
    let message = here.refused("train --set vae.depth=3", 2);
    assert!(message.contains("no option `depth`") && message.contains("latent_dim"), "{message}");
    let message = here.refused("train --set objective.samples", 2);
    assert!(message.contains("path.to.key=value"), "{message}");
    let message = here.refused("train --set objective.samples=0", 2);
    assert!(message.contains("objective.samples") && message.contains("at least 1"), "{message}");
}

#[test]
fn options_override_the_file_which_overrides_the_defaults() {
    let here = Workshop::new();
    here.write(
        "mine.toml",
        "seed = 5\n[objective]\nkind = \"iwae\"\nsamples = 3\n[optimizer]\nclip_norm = 9.5\n",
    );
    here.ok(&format!(
        "train mine.toml {TINY} --samples 2 --set fit.schedule.kind=cosine --set fit.schedule.warm_up=0.25 --name a"
    ));
    let config: toml::Table = here.text("runs/a/config.toml").parse().expect("TOML");
    assert_eq!(config["seed"].as_integer(), Some(5));
    assert_eq!(config["objective"]["kind"].as_str(), Some("iwae"));
    assert_eq!(config["objective"]["samples"].as_integer(), Some(2));
    assert_eq!(config["optimizer"]["clip_norm"].as_float(), Some(9.5));
    assert_eq!(config["fit"]["schedule"]["warm_up"].as_float(), Some(0.25));
    assert_eq!(config["vae"]["latent_dim"].as_integer(), Some(2));
    // The stored configuration trains the same run again.
    here.ok("train runs/a/config.toml --name b");
    assert_eq!(here.read("runs/a/model.safetensors"), here.read("runs/b/model.safetensors"));
}
