package site

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// manifestFile lists what a build has written, for the next one: lines as of
// sha256sum. Only what it lists is ever removed, and only while it is as it
// was written.
const manifestFile = ".sitegen-files"

// Changes counts what Write has done.
type Changes struct{ Written, Unchanged, Removed int }

// Write writes the files to a folder. It leaves alone those that are there
// already with the same content, replaces others each at once, and removes
// those that an earlier build has written and this one has not.
func (o *Output) Write(folder string) (Changes, error) {
	var done Changes
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return done, err
	}
	old, err := readManifest(folder)
	if err != nil {
		return done, err
	}
	folders := map[string]bool{".": true}
	for _, name := range o.Paths() {
		if err := makeFolder(folder, path.Dir(name), folders); err != nil {
			return done, err
		}
		written, err := replaceFile(filepath.Join(folder, filepath.FromSlash(name)), o.files[name].data)
		if err != nil {
			return done, err
		}
		if written {
			done.Written++
		} else {
			done.Unchanged++
		}
	}
	for name, sum := range old {
		if _, still := o.files[name]; still {
			continue
		}
		removed, err := removeStale(folder, name, sum)
		if err != nil {
			return done, err
		}
		if removed {
			done.Removed++
		}
	}
	var manifest bytes.Buffer
	if err := o.WriteDigests(&manifest); err != nil {
		return done, err
	}
	_, err = replaceFile(filepath.Join(folder, manifestFile), manifest.Bytes())
	return done, err
}

// makeFolder makes a folder below root, none of whose parts may be a symbolic
// link: it could lead out of root. made holds those that are known to be well.
func makeFolder(root, name string, made map[string]bool) error {
	if made[name] {
		return nil
	}
	if err := makeFolder(root, path.Dir(name), made); err != nil {
		return err
	}
	full := filepath.Join(root, filepath.FromSlash(name))
	info, err := os.Lstat(full)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if err := os.Mkdir(full, 0o777); err != nil {
			return err
		}
	case err != nil:
		return err
	case !info.IsDir():
		return fmt.Errorf("%s is no folder", full)
	}
	made[name] = true
	return nil
}

// replaceFile writes a file, by way of another one, unless it is as it should
// be.
func replaceFile(name string, data []byte) (written bool, err error) {
	if info, err := os.Lstat(name); err == nil {
		if !info.Mode().IsRegular() {
			return false, fmt.Errorf("%s is there, and no regular file", name)
		}
		if info.Size() == int64(len(data)) {
			if old, err := os.ReadFile(name); err == nil && bytes.Equal(old, data) {
				return false, nil
			}
		}
	}
	temporary, err := os.CreateTemp(filepath.Dir(name), ".sitegen-*")
	if err != nil {
		return false, err
	}
	_, err = temporary.Write(data)
	err = errors.Join(err, temporary.Chmod(0o644), temporary.Close())
	if err == nil {
		err = os.Rename(temporary.Name(), name)
	}
	if err != nil {
		return false, errors.Join(err, os.Remove(temporary.Name()))
	}
	return true, nil
}

// readManifest returns the digests of what the last build wrote.
func readManifest(folder string) (map[string]string, error) {
	data, err := os.ReadFile(filepath.Join(folder, manifestFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	files := make(map[string]string)
	for _, line := range strings.Split(string(data), "\n") {
		sum, name, found := strings.Cut(line, "  ")
		if found && fs.ValidPath(name) {
			files[name] = sum
		}
	}
	return files, nil
}

// removeStale removes a file if it has this digest, and the folders that are
// empty then.
func removeStale(root, name, sum string) (bool, error) {
	for folder := path.Dir(name); folder != "."; folder = path.Dir(folder) {
		if info, err := os.Lstat(filepath.Join(root, filepath.FromSlash(folder))); err != nil || !info.IsDir() {
			return false, nil // gone, or not what the build has made
		}
	}
	full := filepath.Join(root, filepath.FromSlash(name))
	info, err := os.Lstat(full)
	if err != nil || !info.Mode().IsRegular() {
		return false, nil
	}
	data, err := os.ReadFile(full)
	if err != nil {
		return false, err
	}
	if have := sha256.Sum256(data); hex.EncodeToString(have[:]) != sum {
		return false, nil
	}
	if err := os.Remove(full); err != nil {
		return false, err
	}
	for folder := path.Dir(name); folder != "."; folder = path.Dir(folder) {
		if os.Remove(filepath.Join(root, filepath.FromSlash(folder))) != nil {
			break // not empty
		}
	}
	return true, nil
}
