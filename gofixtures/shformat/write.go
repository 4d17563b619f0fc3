package main

import (
	"os"
	"path/filepath"
)

// resolve gives the path of the file itself behind symbolic links.
func resolve(path string) (string, error) { return filepath.EvalSymlinks(path) }

// writeFile puts content into a temporary file beside path and renames it, so
// that path has the old content or the new one but never a part.
func writeFile(path string, content []byte, mode os.FileMode) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			f.Close()
			os.Remove(f.Name())
		}
	}()
	if _, err := f.Write(content); err != nil {
		return err
	}
	if err := f.Chmod(mode); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
