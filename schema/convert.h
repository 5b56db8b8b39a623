// An object as another version of its kind shows it: conversion strategy None (R19.10), and members
// under other names where the kind is a view of another one (R23.5).
#pragma once

#include "schema/kind.h"
#include "schema/value.h"

namespace gatefold {

// From a stored form: rewrites apiVersion and names, then prunes and defaults by `version`'s
// schema.
void convert_object(const Kind& kind, const KindVersion& version, Value& object);
// Back, from any version of `kind` to the version that its objects are stored in.
void convert_to_stored(const Kind& kind, Value& object);

}  // namespace gatefold
