//! What a program finds that only the system's name service knows: a user and a host of a module of ours.
//!
//! It is started in a root that holds a C library, its loader, a name service switch that names the module, and the
//! module. Where the program asks the C library it finds them; where it reads the files itself, as Go does without
//! cgo, it cannot. Beside each stands one that the files know, which everybody finds. The root is a scratch
//! folder, entered in a user namespace: no mount is made, and the system's own switch is not touched.
//!
//! Sources: `nsswitch.conf(5)`; The GNU C Library, "NSS Module Internals"; Go, documentation of `net` and `os/user`.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};

use super::{Around, FAILED, Found, LIMIT, NOT_APPLICABLE, NOT_AVAILABLE, Subject, Told};
use crate::cache::Scratch;
use crate::command::{Command, CommandError};
use crate::measure;
use crate::sys::apart::Apart;

/// The module: it knows one user and one host, and nothing of groups.
const MODULE: &str = include_str!("nss.c");
/// Where it is in the root; the loader is told so.
const MODULES: &str = "/nss";
const MODULE_NAME: &str = "libnss_gopie.so.2";
/// What else is in the root. A name server is named that nobody listens at.
const FILES: [(&str, &str); 5] = [
    ("etc/nsswitch.conf", "passwd: files gopie\ngroup: files\nhosts: files gopie\n"),
    ("etc/passwd", "root:x:0:0:root:/:/bin/sh\n"),
    ("etc/group", "root:x:0:\n"),
    ("etc/hosts", "127.0.0.1 files.gopie.test\n"),
    ("etc/resolv.conf", "nameserver 127.127.127.127\noptions timeout:1 attempts:1\n"),
];
/// The program, in its root.
const PROGRAM: &str = "/program";

/// What a program can be asked to find.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Question {
    User,
    Host,
}

impl Question {
    /// What is asked, by the key of its row.
    fn asked(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::User => {
                &[("user of /etc/passwd found", "root"), ("user of an NSS module found", "gopie-nss")]
            }
            Self::Host => &[
                ("server reached by address", "127.0.0.1"),
                ("server reached by a name of /etc/hosts", "files.gopie.test"),
                ("server reached by a name of an NSS module", "nss.gopie.test"),
            ],
        }
    }
}

/// A program that is known to look something up.
struct Known {
    name: &'static str,
    /// Whether it is a program in Go: the system has others of that name, which look nothing up.
    in_go: bool,
    question: Question,
    /// Its arguments: `{name}` is what is looked up, `{port}` the server's.
    args: &'static [&'static str],
}

const KNOWN: [Known; 4] = [
    Known { name: "whoami", in_go: true, question: Question::User, args: &["{name}"] },
    Known {
        name: "httpget",
        in_go: true,
        question: Question::Host,
        args: &["-timeout", "5s", "http://{name}:{port}/"],
    },
    Known { name: "id", in_go: false, question: Question::User, args: &["{name}"] },
    Known { name: "getent", in_go: false, question: Question::User, args: &["passwd", "{name}"] },
];

pub(super) fn probe(subject: &Subject, around: &Around<'_>) -> Result<Told> {
    let is_it = |known: &&Known| known.name == subject.name && (!known.in_go || subject.facts.go.is_some());
    if let Some(known) = KNOWN.iter().find(is_it) {
        return ask(subject, around, known.question, known.args);
    }
    let of_go = |known: &Known| format!("{}{}", known.name, if known.in_go { " in Go" } else { "" });
    let names = KNOWN.iter().map(of_go).collect::<Vec<_>>().join(", ");
    let why = format!("how to have it look up a name is not known; it is known of {names}");
    Ok(Told::nothing(NOT_APPLICABLE, why))
}

fn ask(subject: &Subject, around: &Around<'_>, question: Question, args: &[&str]) -> Result<Told> {
    let Some(compiler) = around.c_compiler else {
        return Ok(Told::nothing(NOT_AVAILABLE, "there is no C compiler to make the NSS module with"));
    };
    let root = match Root::make(subject, around, compiler)? {
        Ok(root) => root,
        Err(why) => return Ok(Told::nothing(NOT_AVAILABLE, why)),
    };
    let server = match Server::bind() {
        Ok(server) => server,
        Err(error) => return Ok(Told::nothing(NOT_AVAILABLE, format!("no server at 127.0.0.1: {error}"))),
    };
    let mut told = Told::default();
    server.while_it_serves(|port| {
        for (key, name) in question.asked() {
            let fill = |arg: &&str| arg.replace("{name}", name).replace("{port}", &port.to_string());
            let args: Vec<String> = args.iter().map(fill).collect();
            root.start(subject, args, key, &mut told)?;
        }
        Ok(told)
    })
}

/// The root that a program is started in.
struct Root {
    folder: Scratch,
}

impl Root {
    /// Makes it; the inner error is what this machine lacks.
    fn make(subject: &Subject, around: &Around<'_>, compiler: &Path) -> Result<Result<Self, String>> {
        let folder = around.cache.scratch()?;
        let root = folder.path();
        fs::set_permissions(root, fs::Permissions::from_mode(0o755))?;
        let library = match compiled(around, compiler, MODULE, &["-shared", "-fPIC"])? {
            Ok(library) => library,
            Err(said) => return Ok(Err(format!("the NSS module cannot be compiled: {said}"))),
        };
        copy(&library.1, root, Path::new(&format!("{MODULES}/{MODULE_NAME}")))?;
        // What the module links to also a static program may load.
        let plain = match compiled(around, compiler, "int main(void) { return 0; }\n", &[])? {
            Ok(plain) => plain,
            Err(said) => return Ok(Err(format!("a program in C cannot be compiled: {said}"))),
        };
        for listed in [measure::listed(&plain.1)?, measure::listed(&subject.path)?].into_iter().flatten() {
            for file in std::iter::once(&listed.0).chain(&listed.1) {
                copy(file, root, file)?;
            }
        }
        for (place, text) in FILES {
            let path = root.join(place);
            fs::create_dir_all(path.parent().unwrap_or(root))
                .and_then(|()| fs::write(&path, text))
                .with_context(|| format!("cannot write {}", path.display()))?;
        }
        copy(&subject.path, root, Path::new(PROGRAM))?;
        Ok(Ok(Self { folder }))
    }

    /// Starts the program there, and tells whether it found what it was asked for.
    fn start(&self, subject: &Subject, args: Vec<String>, key: &str, told: &mut Told) -> Result<()> {
        let mut environment = subject.env.clone();
        environment.insert("LD_LIBRARY_PATH".to_owned(), MODULES.to_owned());
        let command = Command::new(Path::new(PROGRAM), Path::new("/"))
            .args(args)
            .env(environment)
            .limit(LIMIT)
            .apart(Apart::root(self.folder.path())?);
        match command.run() {
            Ok(finished) if finished.well() => told.found.push(Found::bool(key, true, "")),
            Ok(finished) => {
                let said = finished.complaint();
                let said = said.lines().next().map(|line| format!(": {}", without_ports(line)));
                let how = format!("{}{}", finished.end(), said.unwrap_or_default());
                told.found.push(Found::bool(key, false, how));
            }
            Err(CommandError::Refused { lacking }) => told.lack(key, NOT_AVAILABLE, lacking),
            Err(CommandError::Interrupted(interrupted)) => return Err(interrupted.into()),
            Err(CommandError::Start { source, .. }) => {
                told.found.push(Found::bool(key, false, format!("cannot be started: {source}")));
            }
            Err(error) => told.lack(key, FAILED, error.to_string()),
        }
        Ok(())
    }
}

/// Compiles a file; the inner error is what the compiler says. The folder that it is in goes with it.
fn compiled(
    around: &Around<'_>,
    compiler: &Path,
    text: &str,
    args: &[&str],
) -> Result<Result<(Scratch, PathBuf), String>> {
    let folder = around.cache.scratch()?;
    let made = folder.path().join("made");
    fs::write(folder.path().join("source.c"), text)
        .with_context(|| format!("cannot write {}", folder.path().display()))?;
    let environment = [("LC_ALL", "C"), ("PATH", "/usr/bin:/bin")];
    let environment: BTreeMap<String, String> =
        environment.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    let finished = Command::new(compiler, folder.path())
        .args(args.iter().copied().chain(["-o", "made", "source.c"]))
        .env(environment)
        .limit(Duration::from_secs(60))
        .run()?;
    if finished.well() {
        return Ok(Ok((folder, made)));
    }
    let said = finished.complaint();
    Ok(Err(said.lines().find(|line| line.contains("error")).unwrap_or("it says nothing").to_owned()))
}

/// Copies a file below a root; links are followed, so that it is a file.
fn copy(file: &Path, root: &Path, place: &Path) -> Result<()> {
    let to = root.join(place.strip_prefix("/").unwrap_or(place));
    if let Some(parent) = to.parent() {
        fs::create_dir_all(parent).with_context(|| format!("cannot make {}", parent.display()))?;
    }
    fs::copy(file, &to).with_context(|| format!("cannot copy {} to {}", file.display(), to.display()))?;
    Ok(())
}

/// Leaves out numbers of ports that are others at each start.
fn without_ports(said: &str) -> String {
    let mut parts = said.split(':');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let digits = part.bytes().take_while(u8::is_ascii_digit).count();
        text.push(':');
        // Those of services have fewer.
        text.push_str(if digits >= 4 { "$PORT" } else { &part[..digits] });
        text.push_str(&part[digits..]);
    }
    text
}

/// A server on the loopback interface that answers every request alike.
struct Server {
    listener: TcpListener,
    port: u16,
}

impl Server {
    fn bind() -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        listener.set_nonblocking(true)?;
        let port = listener.local_addr()?.port();
        Ok(Self { listener, port })
    }

    /// Does something with its port while it serves, and ends it.
    fn while_it_serves<T>(&self, work: impl FnOnce(u16) -> Result<T>) -> Result<T> {
        let over = AtomicBool::new(false);
        thread::scope(|scope| {
            scope.spawn(|| {
                while !over.load(Ordering::Relaxed) {
                    match self.listener.accept() {
                        Ok((stream, _)) => {
                            // Who does not wait for the answer has not reached it.
                            let _ = answer(stream);
                        }
                        Err(_) => thread::sleep(Duration::from_millis(10)),
                    }
                }
            });
            let _over = Over(&over);
            work(self.port)
        })
    }
}

/// Sets a flag when it goes, however that comes.
struct Over<'a>(&'a AtomicBool);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

fn answer(mut stream: TcpStream) -> io::Result<()> {
    stream.set_nonblocking(false)?;
    stream.set_read_timeout(Some(Duration::from_secs(2)))?;
    let mut request = [0; 4096];
    let mut length = 0;
    while !request[..length].windows(4).any(|end| end == b"\r\n\r\n") && length < request.len() {
        match stream.read(&mut request[length..])? {
            0 => break,
            more => length += more,
        }
    }
    stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: close\r\n\r\nok\n")
}

#[cfg(test)]
mod tests {
    use super::super::tests::subject;
    use super::*;
    use crate::cache::Cache;

    /// What is told of `getent`, which asks the C library; nothing, said, where that cannot be tried.
    fn told(question: Question, args: &[&str]) -> Option<Told> {
        let subject = subject("/usr/bin/getent", &["passwd", "root"])?;
        let folder = tempfile::tempdir().expect("a folder");
        let cache = Cache::at(folder.path().join("cache")).expect("a cache");
        let compiler = crate::toolchain::c_compiler().map(|compiler| compiler.path);
        let around = Around { cache: &cache, c_compiler: compiler.as_deref(), long: false };
        let told = ask(&subject, &around, question, args).expect("asks");
        match told.lacking.first() {
            Some(lacking) => {
                crate::ui::say(&format!("SKIPPED: {}", lacking.why));
                None
            }
            None => Some(told),
        }
    }

    fn found(told: &Told, key: &str) -> Option<f64> {
        told.found.iter().find(|found| found.key == key).expect("was asked").number
    }

    #[test]
    fn the_c_library_finds_the_user_of_the_module() {
        let Some(told) = told(Question::User, &["passwd", "{name}"]) else { return };
        assert_eq!(found(&told, "user of /etc/passwd found"), Some(1.0), "{told:?}");
        assert_eq!(found(&told, "user of an NSS module found"), Some(1.0), "{told:?}");
        // A service that does not ask the module does not find the user.
        let Some(told) = self::told(Question::User, &["-s", "files", "passwd", "{name}"]) else { return };
        assert_eq!(found(&told, "user of /etc/passwd found"), Some(1.0), "{told:?}");
        assert_eq!(found(&told, "user of an NSS module found"), Some(0.0), "{told:?}");
    }

    #[test]
    fn the_c_library_finds_the_host_of_the_module() {
        let Some(told) = told(Question::Host, &["ahosts", "{name}"]) else { return };
        for found in &told.found {
            assert_eq!(found.number, Some(1.0), "{found:?}");
        }
        assert_eq!(told.found.len(), 3);
    }

    #[test]
    fn the_server_answers_who_asks() {
        let server = Server::bind().expect("binds");
        let said = server.while_it_serves(|port| {
            let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
            stream.write_all(b"GET / HTTP/1.1\r\n\r\n")?;
            let mut said = String::new();
            stream.read_to_string(&mut said)?;
            Ok(said)
        });
        assert!(said.expect("answers").ends_with("ok\n"));
    }

    #[test]
    fn ports_of_the_moment_are_not_told() {
        let said = "dial tcp: lookup a.test on 127.0.0.1:53: read udp 127.0.0.1:43131->127.0.0.1:53: refused";
        let expected =
            "dial tcp: lookup a.test on 127.0.0.1:53: read udp 127.0.0.1:$PORT->127.0.0.1:53: refused";
        assert_eq!(without_ports(said), expected);
    }

    #[test]
    fn others_are_not_asked() {
        let Some(subject) = subject("/bin/true", &[]) else { return };
        let told = super::super::tests::asked(&subject, probe);
        assert_eq!(told.lacking[0].word, NOT_APPLICABLE);
    }
}
