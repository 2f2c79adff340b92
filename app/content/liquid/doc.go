// Package liquid is the part of the Liquid language that a mail needs, in a cage.
//
// It is not one of the libraries, because those can't be caged: they read files and
// call methods, a render can't be stopped, values are printed as they are, and
// comparing a field, which is a string, with a number is always false.
//
// What is here:
//
//	{{ name | default: "friend" }}   a field, through filters
//	{% if fields.age > 18 and fields.city == "Bern" %} … {% elsif … %} … {% else %} … {% endif %}
//	{% unless … %}, {% case … %}{% when …, … %}, {% for x in fields.likes | split: "," %}
//	{% assign %}, {% capture %}, {% comment %}, {% raw %}, {% break %}, {% continue %}, {% cycle %}
//
// The cage:
//
//	data      one function from a known name to a string; nothing else can be named
//	source    no include, render or layout; depth, length and ranges are bounded in Parse
//	time      each step and each octet costs fuel; a render without fuel ends with ErrFuel.
//	          Fuel, not a clock: what renders once renders always, on a busy machine too
//	output    bounded
//	escaping  in Markup each field is escaped for where it stands, which Parse finds by
//	          following the HTML around it; where nothing is safe, Parse refuses it
//
// As in Liquid only nil and false count as false; a field without a value is nil.
package liquid
