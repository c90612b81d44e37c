//! Our own program, called like users call it.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::algorithm::Algorithm;
use crate::key::Key;
use crate::promised;
use crate::{Folder, Refused};

/// The built program `countersign`, and a folder for its files.
#[derive(Debug)]
pub struct Program {
    path: PathBuf,
    folder: Folder,
}

impl Program {
    /// The program beside this one in the target folder. If it is not built: `None`, and a
    /// message.
    ///
    /// # Panics
    ///
    /// If `cargo xtask test` runs the tests: it has built the program.
    #[must_use]
    pub fn find() -> Option<Self> {
        let test = std::env::current_exe().unwrap();
        let built = test.parent().and_then(Path::parent).unwrap();
        let path = built.join(format!("countersign{}", std::env::consts::EXE_SUFFIX));
        let is_here = path.is_file();
        assert!(
            is_here || promised().is_none(),
            "{} has gone",
            path.display()
        );
        if !is_here {
            eprintln!("skipped: build the program first: cargo build --package countersign-cli");
            return None;
        }
        Some(Self {
            path,
            folder: Folder::new(),
        })
    }

    /// A token over `payload`.
    pub fn sign(&self, algorithm: Algorithm, key: &Key, payload: &str) -> Result<String, Refused> {
        let file = self.folder.write("private", &key.private_file(algorithm));
        let arguments = ["jws", "sign", "--alg", algorithm.name, "--key"];
        let token = self.run(&arguments, Some(&file), payload)?;
        Ok(token.trim_end().to_owned())
    }

    /// The payload of `token`, if the program accepts it.
    pub fn verify(&self, algorithm: Algorithm, key: &Key, token: &str) -> Result<String, Refused> {
        let file = self.folder.write("public", &key.public_file(algorithm));
        self.verify_with(&file, token)
    }

    /// The same, with the given key file.
    pub fn verify_with(&self, key_file: &Path, token: &str) -> Result<String, Refused> {
        self.run(&["jws", "verify", token, "--key"], Some(key_file), "")
    }

    /// A token over `payload`, signed with the given key file.
    pub fn sign_with(&self, key_file: &Path, alg: &str, payload: &str) -> Result<String, Refused> {
        let token = self.run(
            &["jws", "sign", "--alg", alg, "--key"],
            Some(key_file),
            payload,
        )?;
        Ok(token.trim_end().to_owned())
    }

    /// The output of `checktoken` for `token` with `config`.
    pub fn check_token(&self, config: &str, token: &str) -> Result<String, Refused> {
        let file = self.folder.write("config.json", config);
        self.run(&["checktoken", token, "-c"], Some(&file), "")
    }

    /// A connection token for user 42 with `config`.
    pub fn generate_token(&self, config: &str, flags: &[&str]) -> Result<String, Refused> {
        let file = self.folder.write("config.json", config);
        let arguments = [&["gentoken", "-q", "-u", "42"], flags, &["-c"]].concat();
        Ok(self.run(&arguments, Some(&file), "")?.trim_end().to_owned())
    }

    /// The output of `genkey` for `alg`.
    pub fn generate_key(&self, alg: &str) -> Result<String, Refused> {
        self.run(&["genkey", alg], None, "")
    }

    /// A folder for the test's key files.
    #[must_use]
    pub fn folder(&self) -> &Folder {
        &self.folder
    }

    /// Standard output if the program accepts; standard error if it refuses.
    ///
    /// # Panics
    ///
    /// On any exit status except 0 and 1, because then the test called the program wrongly.
    fn run(&self, arguments: &[&str], file: Option<&Path>, input: &str) -> Result<String, Refused> {
        let mut child = Command::new(&self.path)
            .args(arguments)
            .args(file)
            // The program reads variables with this prefix, but this one is not for it.
            .env_remove("COUNTERSIGN_INTEROP")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // The program may end before it has read its input.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        match output.status.code() {
            Some(0) => Ok(String::from_utf8(output.stdout).unwrap()),
            Some(1) => Err(Refused(said)),
            _ => panic!("countersign {arguments:?}: {}\n{said}", output.status),
        }
    }
}
