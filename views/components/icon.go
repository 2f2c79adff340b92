package components

// iconShape returns an icon's drawing. It panics for an unknown name: that is a
// spelling mistake, found by any test that draws the page.
func iconShape(name string) string {
	shape, ok := iconShapes[name]
	if !ok {
		panic("components: no icon " + name + "; add it to static/icons.json")
	}
	return shape
}
