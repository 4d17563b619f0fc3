package main

import (
	"cmp"
	"errors"
	"fmt"
	"os/user"
	"slices"
	"strconv"
	"strings"
)

// record is what a look-up gives.
type record struct {
	Username string  `json:"username"`
	UID      string  `json:"uid"`
	GID      string  `json:"gid"`
	Group    string  `json:"group"` // the name of GID; empty: it has none
	Name     string  `json:"name"`
	Home     string  `json:"home"`
	Groups   []group `json:"groups,omitempty"` // only when asked for
}

type group struct {
	GID  string `json:"gid"`
	Name string `json:"name"` // empty: it has none
}

// lookup finds a user by name or, where who is made of digits alone, by uid,
// and the name of the user's group.
//
// The group is part of it for the sake of -repeat too: os/user remembers the
// current user, and would answer root's "whoami -repeat N 0" from memory; it
// remembers no groups, so some part of every look-up is done anew.
func lookup(who string) (record, error) {
	var u *user.User
	var err error
	uid, isUID := parseUID(who)
	if isUID {
		u, err = user.LookupId(uid)
	} else {
		u, err = user.Lookup(who)
	}
	var noName user.UnknownUserError
	var noUID user.UnknownUserIdError
	if errors.As(err, &noName) || errors.As(err, &noUID) {
		return record{}, fmt.Errorf("unknown user %q", who)
	}
	if err != nil {
		return record{}, fmt.Errorf("looking up user %q: %w", who, err)
	}
	return describe(u)
}

// describe adds the name of the user's group to what os/user says of a user.
func describe(u *user.User) (record, error) {
	name, err := groupName(u.Gid)
	return record{Username: u.Username, UID: u.Uid, GID: u.Gid, Group: name, Name: u.Name, Home: u.HomeDir}, err
}

// parseUID gives a uid as the user database writes it. Without cgo os/user
// compares uids as text, so "00" must become "0" to be found either way; and
// what is too large for a uid is left to be looked up, in vain, as a name.
func parseUID(who string) (string, bool) {
	if strings.Trim(who, "0123456789") != "" {
		return "", false
	}
	n, err := strconv.ParseUint(who, 10, 32)
	if err != nil {
		return "", false
	}
	return strconv.FormatUint(n, 10), true
}

// groupName is empty for a group that the group database does not have: many a
// user has such a one, in containers above all.
func groupName(gid string) (string, error) {
	g, err := user.LookupGroupId(gid)
	var unknown user.UnknownGroupIdError
	if errors.As(err, &unknown) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("looking up group %s: %w", gid, err)
	}
	return g.Name, nil
}

// groupsOf gives the groups that the user is a member of, sorted.
func groupsOf(r record) ([]group, error) {
	ids, err := (&user.User{Username: r.Username, Uid: r.UID, Gid: r.GID}).GroupIds()
	if err != nil {
		return nil, fmt.Errorf("looking up the groups of %q: %w", r.Username, err)
	}
	var groups []group
	for _, id := range sortIDs(ids) {
		name, err := groupName(id)
		if err != nil {
			return nil, err
		}
		groups = append(groups, group{GID: id, Name: name})
	}
	return groups, nil
}

// sortIDs sorts by number and leaves each id once. The C library and os/user
// without it list groups in different orders, and a file may have one twice.
func sortIDs(ids []string) []string {
	// Ids have no leading zeros, so the shorter one is the smaller number.
	slices.SortFunc(ids, func(a, b string) int {
		if len(a) != len(b) {
			return cmp.Compare(len(a), len(b))
		}
		return cmp.Compare(a, b)
	})
	return slices.Compact(ids)
}

// String is the line for people; -json is the one for programs.
func (r record) String() string {
	line := fmt.Sprintf("%s uid=%s gid=%s name=%q home=%q", r.Username, r.UID, group{r.GID, r.Group}, r.Name, r.Home)
	for i, g := range r.Groups {
		separator := ","
		if i == 0 {
			separator = " groups="
		}
		line += separator + g.String()
	}
	return line
}

func (g group) String() string {
	if g.Name == "" {
		return g.GID
	}
	return g.GID + "(" + g.Name + ")"
}
