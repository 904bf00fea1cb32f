package main

import (
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"inbox":  main,
		"get":    func() { exit("get", get(os.Args[1:])) },
		"await":  func() { exit("await", await(os.Args[1], os.Args[2])) },
		"parked": func() { exit("parked", parked(os.Args[1], os.Args[2])) },
		"occupy": func() { exit("occupy", occupy(os.Args[1])) },
	})
}

func exit(name string, err error) {
	if err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", name, err)
		os.Exit(1)
	}
	os.Exit(0)
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:      "testdata/script",
		Deadline: time.Now().Add(2 * time.Minute), // for a server that starts where it should not
		Setup: func(env *testscript.Env) error {
			env.Setenv("HOME", env.WorkDir+"/home")
			env.Setenv("XDG_CONFIG_HOME", "")
			env.Setenv("INBOX_BIND", "127.0.0.1:0")
			env.Setenv("GORACE", "atexit_sleep_ms=0") // else each process under -race ends a second late
			return nil
		},
	})
}

// until asks again and again whether something is so, at most for 20 s.
func until(so func() bool) bool {
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if so() {
			return true
		}
	}
	return false
}

// await waits until a line of the file contains the text, and prints that line.
func await(file, text string) error {
	found := until(func() bool {
		content, err := os.ReadFile(file)
		if err != nil {
			return false
		}
		for line := range strings.Lines(string(content)) {
			if strings.Contains(line, text) && strings.HasSuffix(line, "\n") {
				fmt.Print(line)
				return true
			}
		}
		return false
	})
	if !found {
		return fmt.Errorf("no %q in %s", text, file)
	}
	return nil
}

// parked waits until the inbox of user, NAME:PASSWORD, is there.
func parked(file, user string) error {
	there := until(func() bool {
		resp, err := request(file, "/ice-servers", user)
		if err != nil {
			return false
		}
		resp.Body.Close()
		return resp.StatusCode == http.StatusOK
	})
	if !there {
		return fmt.Errorf("no inbox of %s", user)
	}
	return nil
}

// occupy takes a UDP port on all addresses, writes it to the file, and keeps it
// until standard input ends.
func occupy(file string) error {
	c, err := net.ListenUDP("udp", nil)
	if err != nil {
		return err
	}
	defer c.Close()
	if err := os.WriteFile(file, fmt.Appendln(nil, c.LocalAddr().(*net.UDPAddr).Port), 0o600); err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}

// get FILE PATH [USER:PASSWORD] requests PATH from the server whose output is
// FILE, and prints the status, the headers and the body.
func get(args []string) error {
	resp, err := request(args[0], args[1], args[2:]...)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	fmt.Println(resp.Status)
	resp.Header.Write(os.Stdout)
	fmt.Println()
	_, err = io.Copy(os.Stdout, resp.Body)
	return err
}

func request(file, path string, user ...string) (*http.Response, error) {
	out, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	base := ""
	for line := range strings.Lines(string(out)) {
		if strings.HasPrefix(line, "  http") {
			base = strings.TrimSpace(line)
			break
		}
	}
	req, err := http.NewRequest(http.MethodGet, strings.TrimSuffix(base, "/")+path, nil)
	if err != nil {
		return nil, err
	}
	for _, u := range user {
		name, password, _ := strings.Cut(u, ":")
		req.SetBasicAuth(name, password)
	}
	// What the certificate is worth is tested elsewhere.
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
	return client.Do(req)
}
