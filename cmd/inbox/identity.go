package main

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"

	"inbox/peer"
	"inbox/signaling"
)

// camerasFile keeps the identity of this user's camera at each server, so that
// its link stays good. Only its owner may read it: whoever has the key can watch.
const camerasFile = "cameras.json"

// identity is who a camera is at one server.
type identity struct {
	ID       string
	Password string
	Key      peer.Key
}

func newIdentity() identity {
	return identity{ID: rand.Text(), Password: rand.Text(), Key: peer.NewKey()}
}

func (i identity) credentials() signaling.Credentials {
	return signaling.Credentials{ID: i.ID, Password: i.Password}
}

// savedIdentity is an identity as the file has it.
type savedIdentity struct {
	ID       string `json:"id"`
	Password string `json:"password"`
	Key      string `json:"key"`
}

// identityConfig is what flags say of who a camera is.
type identityConfig struct {
	id      string
	key     string
	newLink bool
}

func identityFlags(fs *flag.FlagSet, c *identityConfig) {
	fs.StringVar(&c.id, "id", "", "`inbox` of this camera; each has a key and a link of its own, so that one machine can have several cameras\n(default: one that is made and kept)")
	fs.StringVar(&c.key, "key", "", "`key` of this camera's link, 43 characters; better from the environment (INBOX_KEY) than for all to see\n(default: one that is made and kept)")
	fs.BoolVar(&c.newLink, "new-link", false, "make a new link; the old one leads nowhere from then on")
}

// identity returns the identity at a server: the one that is kept in the folder
// state, or one that is made and kept from now on. A camera that has a name by
// -id has another than those that have none, or another name. What flags say
// comes first, and is not kept.
func (c *identityConfig) identity(state, server string, log *slog.Logger) (identity, error) {
	if err := c.apply(new(newIdentity())); err != nil {
		return identity{}, err // before anything is kept
	}
	if c.id != "" {
		server += " -id " + c.id
	}
	own, err := keptIdentity(state, server, c.newLink, log)
	if err != nil {
		return identity{}, err
	}
	err = c.apply(&own)
	return own, err
}

// apply puts what the flags say into an identity.
func (c *identityConfig) apply(own *identity) (err error) {
	if c.id != "" {
		own.ID = c.id
		if err := own.credentials().Validate(); err != nil {
			return usagef("-id %q: %w; choose one of 1 to 256 bytes without a colon", c.id, err)
		}
	}
	if c.key != "" {
		if own.Key, err = peer.ParseKey(c.key); err != nil {
			return usagef("-key: %w", err)
		}
	}
	return nil
}

func keptIdentity(state, server string, anew bool, log *slog.Logger) (identity, error) {
	dir, err := stateFolder(state)
	if err != nil {
		log.Warn("the link is not kept, so it changes with the next start; set HOME or -state to keep it", "error", err)
		return newIdentity(), nil
	}
	file := filepath.Join(dir, camerasFile)
	all, err := readIdentities(file)
	if err != nil {
		return identity{}, err
	}
	if saved, ok := all[server]; ok && !anew {
		key, err := peer.ParseKey(saved.Key)
		if err == nil && saved.ID != "" {
			return identity{saved.ID, saved.Password, key}, nil
		}
		return identity{}, fmt.Errorf("%s has no good entry for %s; -new-link makes a new one", file, server)
	}
	own := newIdentity()
	all[server] = savedIdentity{own.ID, own.Password, own.Key.Text()}
	return own, writeIdentities(file, all)
}

func readIdentities(file string) (map[string]savedIdentity, error) {
	all := make(map[string]savedIdentity)
	b, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return all, nil
	}
	if err == nil {
		err = json.Unmarshal(b, &all)
	}
	if err != nil {
		return nil, fmt.Errorf("the links of this user's cameras: %s: %w; mend or remove the file", file, err)
	}
	return all, nil
}

// writeIdentities writes the file beside its place and puts it there whole.
func writeIdentities(file string, all map[string]savedIdentity) error {
	b, err := json.MarshalIndent(all, "", "  ")
	if err != nil {
		return fmt.Errorf("the links of this user's cameras: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return fmt.Errorf("the folder for this camera's link: %w; -state names another", err)
	}
	f, err := os.CreateTemp(filepath.Dir(file), camerasFile) // for its owner only
	if err != nil {
		return fmt.Errorf("this camera's link cannot be kept: %w; -state names another folder", err)
	}
	_, err = f.Write(append(b, '\n'))
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = os.Rename(f.Name(), file)
	}
	if err != nil {
		_ = os.Remove(f.Name()) // what it was about is said below
		return fmt.Errorf("this camera's link cannot be kept: %w; -state names another folder", err)
	}
	return nil
}

// stateFolder is where what is made is kept.
func stateFolder(flag string) (string, error) {
	if flag != "" {
		return flag, nil
	}
	dir, err := os.UserConfigDir()
	if err != nil {
		return "", err
	}
	return filepath.Join(dir, "inbox"), nil
}
