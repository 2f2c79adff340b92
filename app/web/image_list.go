package web

import (
	"io"
	"strings"

	"github.com/gofiber/fiber/v2"

	"smtpserver/app/account"
	"smtpserver/app/fault"
	"smtpserver/app/template"
	"smtpserver/static"
	"smtpserver/views/layout"
	"smtpserver/views/pages"
	"smtpserver/views/urls"
)

// imageList shows the images that mails show.
func (s *Server) imageList(r *request) error { return s.showImages(r, fiber.StatusOK, nil) }

func (s *Server) showImages(r *request, status int, errs pages.Errors) error {
	images, err := s.Templates.Images(r.ctx, r.scope)
	if err != nil {
		return err
	}
	page := pages.ImageList{Errors: errs, Denied: r.denied(account.ManageCampaigns)}
	for _, i := range images {
		page.Rows = append(page.Rows, pages.ImageRow{ID: i.ID.String(), Name: i.Name, Path: urls.Image(i.File()), URL: s.imageURL(i.File()), Width: i.Width, Height: i.Height, Size: int64(i.Size), At: i.UploadedAt})
	}
	return r.show(status, "Images", func(p layout.Page) view {
		p.Active = layout.NavTemplates
		page.Page = p
		return page
	})
}

// imageUpload takes an image in.
func (s *Server) imageUpload(r *request) error {
	if r.upload == nil || r.upload.file == nil {
		return s.showImages(r, fiber.StatusUnprocessableEntity, pages.Errors{template.PartFile: "Choose a file."})
	}
	file, err := io.ReadAll(io.LimitReader(r.upload.file, template.MaxImage+1))
	if err != nil {
		return fault.Wrap(fault.Invalid, "The upload ended before the file did. Please send it again.", err)
	}
	_, err = s.Templates.AddImage(r.ctx, r.scope, r.upload.name, file)
	if err == nil && r.upload.another() {
		err = fault.Field(template.PartFile, "The first image is there. Send one at a time.")
	}
	if status, errs, ok := refusal(err); ok {
		return s.showImages(r, status, errs)
	}
	if err != nil {
		return err
	}
	return r.doneAt(r.urls().Images(), "The image is there. Its address can be copied, or chosen in the visual editor.")
}

// imageRemove takes one away.
func (s *Server) imageRemove(r *request) error {
	imageID, err := r.id()
	if err != nil {
		return err
	}
	if err := s.Templates.RemoveImage(r.ctx, r.scope, imageID); err != nil {
		return err
	}
	return r.doneAt(r.urls().Images(), "The image is removed.")
}

// imageShow is an image for whoever has its address: mail programs, and their proxies.
func (s *Server) imageShow(r *request) error {
	token, _, _ := strings.Cut(r.param("file"), ".")
	i, err := s.Templates.PublicImage(r.ctx, token)
	if err != nil {
		return err
	}
	if i.File() != r.param("file") {
		return errNoPage()
	}
	r.c.Set(fiber.HeaderContentType, i.Type)
	r.c.Set(fiber.HeaderCacheControl, static.CacheForever)
	r.c.Set(fiber.HeaderContentSecurityPolicy, "default-src 'none'; sandbox")
	r.c.Set("Cross-Origin-Resource-Policy", "cross-origin") // web mail shows it too
	return r.c.Send(i.Content)
}
