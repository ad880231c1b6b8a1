#!/bin/sh
# Runs ordinary programs in a container, and says of each whether it worked.
set -u

check() { # name
  if log=$("$1" 2>&1); then echo "ok $1"; else
    echo "not ok $1"
    printf '%s\n' "$log" | tail -n 5 | sed 's/^/  /'
  fi
}

begin() { rm -rf "/tmp/$1" && mkdir "/tmp/$1" && cd "/tmp/$1"; }

apt() {
  apt-get update -qq && apt-get install -y -qq --no-install-recommends hello && hello | grep -q Hello
}

gcc_and_make() {
  begin gcc &&
    echo 'int add(int x) { return x + 1; }' >add.c &&
    echo 'int add(int); int main(void) { return add(41); }' >main.c &&
    printf 'main: main.o add.o\n\tcc -o main main.o add.o\n' >Makefile &&
    make -j2 || return 1
  ./main
  [ $? = 42 ]
}

threads_in_cxx() {
  begin cxx &&
    printf '#include <thread>\nint main() { std::thread([] {}).join(); }\n' >main.cc &&
    g++ -pthread -o main main.cc && ./main
}

node_js() {
  node -e '
    const { execSync } = require("child_process");
    const { Worker } = require("worker_threads");
    const server = require("http").createServer((request, response) => response.end()).listen(0, () =>
      require("http").get({ port: server.address().port }, (response) =>
        response.resume().on("end", () => {
          server.close();
          execSync("true");
          new Worker("", { eval: true }).on("exit", process.exit);
        })));'
}

python() {
  python3 -c '
import asyncio, multiprocessing, socket, sqlite3, subprocess, threading
child = multiprocessing.Process(target=print); child.start(); child.join(); assert child.exitcode == 0
thread = threading.Thread(target=print); thread.start(); thread.join()
multiprocessing.Queue().put(1)
one, other = socket.socketpair(); one.send(b"x"); assert other.recv(1) == b"x"
async def run(): assert await (await asyncio.create_subprocess_exec("true")).wait() == 0
asyncio.run(run())'
}

postgresql() {
  begin postgresql && chown postgres . && programs=$(echo /usr/lib/postgresql/*/bin) &&
    su postgres -c "
      $programs/initdb -D data && $programs/pg_ctl -D data -o '-k $PWD' -l server.log -w start || exit 1
      psql -h $PWD -Atc 'create table t (i int); insert into t select generate_series(1, 1000)' postgres
      psql -h 127.0.0.1 -Atc 'select sum(i) from t' postgres | grep -qx 500500
      code=\$?
      $programs/pg_ctl -D data -m fast stop
      exit \$code"
}

strace_of_a_child() {
  begin strace && strace -f -o log sh -c 'true & wait' && grep -q execve log
}

git_repository() {
  begin git && git init -q one && cd one && echo x >file && git add file &&
    git -c user.name=n -c user.email=e commit -qm m && git clone -q . ../two && git gc -q
}

go_program() {
  begin go && cat >main.go <<'GO' && GOCACHE=$PWD/cache GO111MODULE=off go run main.go
package main

import "os/exec"

func main() {
	done := make(chan error)
	for i := 0; i < 8; i++ {
		go func() { done <- exec.Command("true").Run() }()
	}
	for i := 0; i < 8; i++ {
		if err := <-done; err != nil {
			panic(err)
		}
	}
}
GO
}

java_program() {
  begin java && cat >Main.java <<'JAVA' && javac Main.java && java -Xmx128m Main
public class Main {
    public static void main(String[] args) throws Exception {
        Thread thread = new Thread(() -> {});
        thread.start();
        thread.join();
        if (new ProcessBuilder("true").start().waitFor() != 0) throw new Exception();
    }
}
JAVA
}

accounts_and_files() {
  begin files && useradd -m tester && su tester -c 'touch ~/x' && userdel -r tester &&
    setpriv --reuid 1000 --regid 1000 --clear-groups id && ps aux && mkfifo fifo &&
    echo x >file && ln file link && chown 1234:1234 file && tar cf - /etc | tar xf -
}

for program in apt gcc_and_make threads_in_cxx node_js python postgresql strace_of_a_child git_repository go_program \
  java_program accounts_and_files; do
  check "$program"
done
